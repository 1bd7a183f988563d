// A page that is open for a month: the client and its store hold what the server still knows, and no more.
import v8 from 'node:v8';
import vm from 'node:vm';
import { storeOf } from '#sdk/client';
import { ClientHarness } from '#test/support/client/client-harness';
import { agentEvent, sessionEvent, snapshotFacts } from '#test/support/data/events';

const hour = 3_600_000;
/** The heartbeats of this service are rare, so that the test is short. */
const heartbeatSeconds = 600;
const sessionsPerHour = Math.round(600_000 / 30 / 24);
const agents = 500;

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

function heapMegabytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

it('has the sessions of the last day and at most 30 MB more heap after 600,000 sessions in a month', async () => {
  const harness = new ClientHarness();
  const { client, time } = harness;
  const before = heapMegabytes();
  const facts = { ...snapshotFacts, heartbeatSeconds };
  await harness.accept(facts);
  const store = storeOf(client);
  const readers = [store.agents({ sort: 'newest' }), store.sessions(), store.events()] as const;
  const stops = readers.map(({ subscribe }) => subscribe(() => undefined));
  let sessions = 0;
  const receiveHour = () => {
    for (let index = 0; index < sessionsPerHour; index += 1) {
      sessions += 1;
      const agentId = `agent-${sessions % agents}`;
      const text = `Step 1 of session ${sessions}, which does what sessions of agents usually do`;
      const timestamp = time.now() - sessionsPerHour + index;
      const activity = sessionEvent(agentId, `session-${sessions}`, text, timestamp);
      harness.socket.receive(activity.type, activity.payload);
      if (sessions % 7 > 0) continue;
      const status = agentEvent(agentId, sessions % 2 === 0 ? 'error' : 'online', timestamp);
      harness.socket.receive(status.type, status.payload);
    }
  };
  for (let passed = 0; passed < 30 * 24; passed += 1) {
    receiveHour();
    for (let beat = 0; beat < hour / 1_000 / heartbeatSeconds; beat += 1) {
      await time.pass(heartbeatSeconds * 1_000);
      // A rotation: the next connection is open, and has to be synced.
      if (harness.socket.readyState === 'connecting') await harness.accept(facts);
      harness.socket.receive('heartbeat', { timestamp: time.now() });
      for (const { read } of readers) read();
    }
  }
  expect(sessions).toBeGreaterThan(599_000);
  expect(client.connection.isSynced).toBe(true);
  const [listed, activities] = [readers[0].read(), readers[1].read()];
  expect(client.sessions.size).toBeLessThanOrEqual(25 * sessionsPerHour);
  expect(client.sessions.size).toBeGreaterThanOrEqual(23 * sessionsPerHour);
  expect(activities).toHaveLength(client.sessions.size);
  expect(listed).toHaveLength(agents);
  const grown = heapMegabytes() - before;
  process.stdout.write(`heap: ${grown.toFixed(1)} MB for ${client.sessions.size} sessions\n`);
  expect(grown).toBeLessThanOrEqual(30);
  for (const stop of stops) stop();
}, 900_000);
