// A client whose `state:sync` the server limits: it remains connected, gets events, syncs again, and misses nothing.
import { ClientHarness } from '#test/support/client/client-harness';

it('repeats a limited sync with the same `since`, after increasing waits', async () => {
  const harness = new ClientHarness();
  await harness.accept({ timestamp: 1_000_000 });
  harness.socket.drop();
  await harness.nextAttempt();
  harness.socket.accept();
  const { socket } = harness;
  const limit = () => {
    socket.receive('error', { code: 'rate_limited', message: 'Too many frames' });
  };
  limit();
  // Events in the meantime are accepted. Server times in the meantime do not change `since`, because the client is not synced.
  socket.receive('agent:status', { agentId: 'a', status: 'online', timestamp: 2_000_000 });
  socket.receive('heartbeat', { timestamp: 2_000_000 });
  expect(harness.client.agents.get('a')?.status).toBe('online');
  for (let syncs = 2; syncs <= 4; syncs += 1) {
    while (socket.sentOf('state:sync').length < syncs) {
      await harness.time.pass(1_000);
      socket.receive('heartbeat', { timestamp: 2_000_000 });
    }
    limit();
  }
  expect(socket.sentOf('state:sync').map(({ payload }) => payload)).toEqual(
    Array.from({ length: 4 }, () => ({ since: 940_000 })),
  );
  expect(harness.client.connection.state).toBe('connected');
  harness.snapshot({
    timestamp: 3_000_000,
    agents: [{ agentId: 'b', status: 'error', timestamp: 1_500_000 }],
  });
  expect(harness.client.agents.get('b')?.status).toBe('error');
});
