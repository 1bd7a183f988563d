// Heartbeats in real time. The tests wait for minutes and use little CPU time, so they wait beside each other: each has a
// stack of its own, and closes it.
import { WebSocket } from 'ws';
import { startLocalStack, type LocalStack, type ScheduledCall } from '#local/index';
import { createMissionControl, type Connection, type MissionControl } from '#sdk/client';
import { TestClient } from '#test/support/stack/test-client';
import { eventually } from '#test/support/eventually';
import { measureStalls } from '#test/support/stalls';

const minute = 60_000;

type Options = Parameters<typeof startLocalStack>[0];

/** A stack, and the default clients that are connected to it. */
interface Started {
  readonly stack: LocalStack;
  readonly clients: MissionControl[];
}

/** Runs a test against a stack of its own. */
async function withStack(options: Options, test: (started: Started) => Promise<void>) {
  const stack = await startLocalStack(options);
  const clients: MissionControl[] = [];
  try {
    await test({ stack, clients });
  } finally {
    for (const client of clients) client.close();
    await stack.close();
  }
}

/** Connects a client with default settings. @returns the states of its connection from then on */
async function connectDefaultClient({ stack, clients }: Started, sub: string) {
  const connections: Connection[] = [];
  const client = createMissionControl({
    url: stack.webSocketUrl,
    getToken: () => stack.mintToken({ sub }),
    WebSocket,
  });
  clients.push(client);
  client.on('connection', (connection) => connections.push(connection));
  await eventually(() => {
    expect(client.connection).toMatchObject({ state: 'connected', attempt: 0 });
  });
  connections.splice(0);
  return connections;
}

it.concurrent(
  'heartbeats arrive at the documented interval, 30 s apart',
  () =>
    withStack({}, async ({ stack }) => {
      const token = await stack.mintToken({ sub: 'alice' });
      const client = await TestClient.open(stack.webSocketUrl, { token });
      const times: number[] = [];
      client.socket.on('message', () => times.push(Date.now()));
      const stalledMilliseconds = measureStalls();
      await client.received('heartbeat', 5, 170_000);
      // The first heartbeat of a deployment is sent at once, the others at multiples of the interval.
      const planned = times.slice(1);
      const gaps = planned.slice(1).map((time, index) => time - (planned[index] ?? 0));
      const longest = 1_000 + stalledMilliseconds();
      for (const gap of gaps.slice(0, 3)) {
        expect(Math.abs(gap - 30_000)).toBeLessThanOrEqual(longest);
      }
      expect(client.messages).toHaveLength(times.length);
      await client.close();
    }),
  5 * minute,
);

const calls: ScheduledCall[] = [];
/** Short, so that a missing minute of the schedule would be a gap that every client detects. */
const heartbeatSeconds = 5;

// The worst schedule that AWS allows.
it.concurrent(
  'a default client stays connected and gets heartbeats in time if one invocation is lost and the next is late',
  () =>
    withStack(
      {
        settings: { heartbeatSeconds },
        testing: {
          scheduleLateness(call) {
            calls.push(call);
            if (call.number === 1) return 'lost';
            return call.number === 2 ? 58_000 : 0;
          },
        },
      },
      async (started) => {
        const { stack } = started;
        const token = await stack.mintToken({ sub: 'alice' });
        const listener = await TestClient.open(stack.webSocketUrl, { token });
        const heardAt: number[] = [];
        listener.socket.on('message', () => heardAt.push(Date.now()));
        const connections = await connectDefaultClient(started, 'bob');

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
    ),
  6 * minute,
);

it.concurrent(
  'a default client stays connected without heartbeats for 130 s if the server reports an interval of 120 s',
  () =>
    withStack(
      {
        settings: { heartbeatSeconds: 120 },
        // Only the first invocation takes place.
        testing: { scheduleLateness: ({ number }) => (number === 0 ? 0 : 'lost') },
      },
      async (started) => {
        const connections = await connectDefaultClient(started, 'alice');
        await new Promise((resolve) => setTimeout(resolve, 130_000));
        expect(connections).toEqual([]);
      },
    ),
  5 * minute,
);
