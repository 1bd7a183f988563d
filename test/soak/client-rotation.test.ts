// Make before break: connections that may last for seconds only, and not one event late or double.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startLocalStack, type LocalStack } from '#local/index';
import { createMissionControl, type Connection, type MissionControl } from '#sdk/client';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

const rotations = 20;

/** Any connection is closed then, which the client must never see. */
const maxConnectionSeconds = 20;

/** Events under way: a busy machine gets them more slowly, and falls not behind. */
const maxUnheard = 10;

/** So long a connection that is closed first, and opened again then, would leave a gap at least. */
const tokenMilliseconds = 1_500;

/** What an event may take longer to the client than to a socket that stays. */
const toleratedMilliseconds = 1_000;

let stack: LocalStack;
let publisher: Publisher;
let client: MissionControl | undefined;

beforeAll(async () => {
  stack = await startLocalStack({
    testing: { maxConnectionSeconds },
    settings: { heartbeatSeconds: 1, handshakesPerMinute: 10_000, handshakeBurst: 1_000 },
  });
  publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
}, 60_000);

afterAll(async () => {
  client?.close();
  await publisher.close();
  await stack.close();
});

/** Hears of all events by sockets that overlap: each stays until the server's limit, and several are open. */
class Observer {
  /** When each agent was heard of first. */
  readonly arrivals = new Map<string, number>();
  private readonly over = new AbortController();
  private watching: Promise<void> | undefined;

  async start(): Promise<void> {
    await this.open();
    this.watching = (async () => {
      while (!this.over.signal.aborted) {
        await sleep((maxConnectionSeconds * 1_000) / 4);
        // A handshake that fails is made up for by the next one; the others listen meanwhile.
        await this.open().catch(() => undefined);
      }
    })();
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.watching;
  }

  private async open(): Promise<void> {
    const token = await stack.mintToken({ sub: 'observer' });
    const { socket } = await TestClient.open(stack.webSocketUrl, { token });
    socket.on('message', (data: Buffer) => {
      const { type, payload } = JSON.parse(data.toString('utf8')) as {
        type: string;
        payload: { agentId: string };
      };
      if (type !== 'agent:status' || this.arrivals.has(payload.agentId)) return;
      this.arrivals.set(payload.agentId, Date.now());
    });
  }
}

it(`${rotations} rotations, and every event is heard once, as soon as by a socket that stays`, async () => {
  const observer = new Observer();
  await observer.start();
  let opened = 0;
  let open = 0;
  let wasWithout = false;
  class Counted extends WebSocket {
    constructor(...all: ConstructorParameters<typeof WebSocket>) {
      super(...all);
      this.once('open', () => {
        opened += 1;
        open += 1;
        this.once('close', () => {
          open -= 1;
          wasWithout ||= open === 0;
        });
      });
    }
  }
  const connections: Connection[] = [];
  const heard = new Map<string, number[]>();
  const one = createMissionControl({
    url: stack.webSocketUrl,
    getToken: async () => {
      await sleep(tokenMilliseconds);
      return stack.mintToken({ sub: 'dashboard' });
    },
    WebSocket: Counted,
    timing: { rotateMinMs: 500, rotateMaxMs: 1_500, lingerMs: 300, stableAfterMs: 100 },
  });
  client = one;
  one.on('connection', (connection) => connections.push(connection));
  one.on('agent:status', ({ agentId }) => {
    heard.set(agentId, [...(heard.get(agentId) ?? []), Date.now()]);
  });
  await eventually(() => {
    expect(one.connection).toMatchObject({ state: 'connected', attempt: 0 });
  }, 60_000);

  const reports: Promise<void>[] = [];
  while (opened <= rotations) {
    // A register of its own for each: none makes another one old.
    if (reports.length - observer.arrivals.size < maxUnheard) {
      reports.push(publisher.broadcastAgentStatus(`agent-${reports.length}`, 'online'));
    }
    await sleep(50);
  }
  await Promise.all(reports);
  await eventually(() => {
    expect([observer.arrivals.size, heard.size]).toEqual([reports.length, reports.length]);
  }, 60_000);
  await observer.stop();

  const delays = [...heard]
    .map(([agent, times]) => (times[0] ?? Infinity) - (observer.arrivals.get(agent) ?? NaN))
    .sort((a, b) => a - b);
  const [median, p99, last] = [0.5, 0.99, 1].map(
    (part) => delays[Math.ceil(delays.length * part) - 1],
  );
  process.stdout.write(
    `${rotations} rotations, ${reports.length} events; later than by a socket that stays: ` +
      `median ${median} ms, p99 ${p99} ms, at most ${last} ms\n`,
  );
  expect([...heard].filter(([, times]) => times.length > 1)).toEqual([]);
  expect(last).toBeLessThan(toleratedMilliseconds);
  expect(wasWithout).toBe(false);
  // Nobody was told of anything: neither of a new connection, nor of the server's limit.
  expect(connections.map(({ state, attempt }) => [state, attempt])).toEqual([
    ['connected', 1],
    ['connected', 0],
  ]);
}, 300_000);
