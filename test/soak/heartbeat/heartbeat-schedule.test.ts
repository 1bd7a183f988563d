// The worst schedule that AWS allows, in real time: one invocation is lost, the next is late, and a default client stays
// connected.
import { WebSocket } from 'ws';
import { startLocalStack, type LocalStack, type ScheduledCall } from '#local/index';
import { createMissionControl, type Connection, type MissionControl } from '#sdk/client';
import { TestClient } from '#test/support/stack/test-client';
import { eventually } from '#test/support/eventually';

/** Short, so that a missing minute of the schedule would be a gap that every client detects. */
const heartbeatSeconds = 5;
const minute = 60_000;

let stack: LocalStack;
let client: MissionControl | undefined;
const calls: ScheduledCall[] = [];

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { heartbeatSeconds },
    testing: {
      scheduleLateness(call) {
        calls.push(call);
        if (call.number === 1) return 'lost';
        return call.number === 2 ? 58_000 : 0;
      },
    },
  });
}, minute);
afterAll(async () => {
  client?.close();
  await stack.close();
});

it(
  'a default client stays connected and gets heartbeats in time if one invocation is lost and the next is late',
  async () => {
    const token = await stack.mintToken({ sub: 'alice' });
    const listener = await TestClient.open(stack.webSocketUrl, { token });
    const heardAt: number[] = [];
    listener.socket.on('message', () => heardAt.push(Date.now()));
    const connections: Connection[] = [];
    const steady = createMissionControl({
      url: stack.webSocketUrl,
      getToken: () => stack.mintToken({ sub: 'bob' }),
      WebSocket,
    });
    client = steady;
    steady.on('connection', (connection) => connections.push(connection));
    await eventually(() => {
      expect(steady.connection).toMatchObject({ state: 'connected', attempt: 0 });
    }, 20_000);
    connections.splice(0);

    // Wait for the late invocation and the one after it.
    await eventually(() => {
      expect(calls.map(({ number }) => number)).toContain(3);
    }, 4 * minute);
    const before = listener.messagesOf('heartbeat').length;
    await listener.received('heartbeat', before + 3, 5 * heartbeatSeconds * 1000);
    const gaps = heardAt.slice(1).map((time, index) => time - (heardAt[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(2.5 * heartbeatSeconds * 1000);
    expect(gaps.length).toBeLessThanOrEqual((3.5 * minute) / (heartbeatSeconds * 1000));
    expect(connections).toEqual([]);
    await listener.close();
  },
  5 * minute,
);

it('a default client stays connected without heartbeats for 130 s if the server reports an interval of 120 s', async () => {
  const quiet = await startLocalStack({
    settings: { heartbeatSeconds: 120 },
    // Only the first invocation takes place.
    testing: { scheduleLateness: ({ number }) => (number === 0 ? 0 : 'lost') },
  });
  const connections: Connection[] = [];
  const patient = createMissionControl({
    url: quiet.webSocketUrl,
    getToken: () => quiet.mintToken({ sub: 'alice' }),
    WebSocket,
  });
  patient.on('connection', (connection) => connections.push(connection));
  await eventually(() => {
    expect(patient.connection).toMatchObject({ state: 'connected', attempt: 0 });
  }, 20_000);
  connections.splice(0);
  await new Promise((resolve) => setTimeout(resolve, 130_000));
  expect(connections).toEqual([]);
  patient.close();
  await quiet.close();
}, 200_000);
