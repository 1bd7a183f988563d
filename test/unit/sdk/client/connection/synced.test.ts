// Whether the client is synced, and what it tells its listeners of it; errors of the server.
import { ClientHarness, settle } from '#test/support/client/client-harness';

/** A client whose calls of the listeners `connection` and `synced` are recorded. */
function recorded(options: ConstructorParameters<typeof ClientHarness>[0] = {}) {
  const harness = new ClientHarness(options);
  const heard: string[] = [];
  harness.client.on('connection', ({ state, isSynced }) => heard.push(`${state} ${isSynced}`));
  harness.client.on('synced', ({ isSynced }) => heard.push(`synced ${isSynced}`));
  harness.client.on('change', ({ changes }) => heard.push(`${changes.length} changes`));
  return { harness, heard, client: harness.client };
}

it('is synced after the last message of the first snapshot, when its changes have been reported', async () => {
  const { harness, heard, client } = recorded();
  expect(client.connection.isSynced).toBe(false);
  await settle();
  harness.socket.accept();
  const agent = (agentId: string) => ({ agentId, status: 'online', timestamp: 1 }) as const;
  harness.snapshot({ agents: [agent('a')], complete: false });
  expect(client.connection.isSynced).toBe(false);
  harness.snapshot({ agents: [agent('b')] });
  expect(client.connection.isSynced).toBe(true);
  expect(heard).toEqual([
    'connected false',
    '1 changes',
    '1 changes',
    'connected true',
    'synced true',
  ]);
});

it('is not synced while disconnected, and is synced again after the next snapshot', async () => {
  const { harness, heard } = recorded();
  await harness.connect();
  heard.length = 0;
  harness.socket.drop();
  await harness.nextAttempt();
  await harness.accept();
  expect(heard).toEqual([
    'waiting false',
    'connecting false',
    'connected false',
    'connected true',
    'synced true',
  ]);
});

it('is not synced from a subscribe on until its snapshot is complete', async () => {
  const { harness, heard, client } = recorded();
  await harness.connect();
  heard.length = 0;
  client.subscribe(['a']);
  expect(client.connection.isSynced).toBe(false);
  await settle();
  harness.socket.receive('subscribed', { agents: ['a'] });
  harness.snapshot({ visibleAgents: ['a'] });
  expect(heard.at(-1)).toBe('synced true');
  expect(heard.filter((line) => line === 'synced true')).toHaveLength(1);
  // The same agents again: nothing is missing.
  client.subscribe(['a']);
  expect(client.connection.isSynced).toBe(true);
});

it('is not synced while a subscribe for other agents has no answer, also if the application wants the former ones again', async () => {
  const { harness, heard, client } = recorded();
  await harness.connect();
  const answer = (agents: string[]) => {
    harness.socket.receive('subscribed', { agents });
    harness.snapshot({ visibleAgents: agents });
  };
  client.subscribe(['a']);
  await settle();
  answer(['a']);
  client.subscribe(['b']);
  await settle();
  heard.length = 0;
  client.subscribe(['a']);
  expect(client.connection.isSynced).toBe(false);
  answer(['b']);
  expect(client.connection.isSynced).toBe(false);
  await settle();
  answer(['a']);
  expect(client.connection).toMatchObject({ isSynced: true, visibleAgents: ['a'] });
  expect(heard.filter((line) => line.startsWith('synced'))).toEqual(['synced true']);
});

it('stays synced during a rotation', async () => {
  const { harness, heard } = recorded();
  await harness.connect();
  heard.length = 0;
  while (harness.sockets.length < 2) {
    harness.socket.receive('heartbeat', { timestamp: harness.time.now() });
    await harness.time.pass(30_000);
  }
  await harness.accept();
  await harness.time.pass(5_000);
  expect(harness.sockets.map(({ readyState }) => readyState)).toEqual(['closed', 'open']);
  expect(heard).toEqual([]);
});

it('passes the errors of the server to the listeners of error', async () => {
  const { harness, client } = recorded();
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  await harness.connect();
  const error = { code: 'rate_limited', message: 'Wait before you send more.' };
  harness.socket.receive('error', error);
  expect(errors).toEqual([error]);
  expect(client.connection.state).toBe('connected');
});
