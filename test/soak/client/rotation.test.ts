// Rotation: connections are limited to seconds, and no event is late or duplicated.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startLocalStack, type LocalStack } from '#local/index';
import { createMissionControl, type Connection, type MissionControl } from '#sdk/client';
import { batchSubprotocol, subprotocol } from '#sdk/protocol/subprotocol';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { TestClient } from '#test/support/stack/test-client';
import { eventually } from '#test/support/eventually';

const rotations = 20;

/** The gateway closes any connection after this time. The client must rotate before. */
const maxConnectionSeconds = 20;

/** The maximum number of events in flight, so that a busy machine gets a lower rate instead of a growing delay. */
const maxUnheard = 10;

/**
 * The time that getting a token takes: a client that closed a connection before opening the next would have a gap of at
 * least this length.
 */
const tokenMilliseconds = 1_500;

/**
 * The maximum extra delay of nine in ten events to the client, compared with the permanent sockets. With a gap at each
 * rotation, every fourth event would be later. The rest is not compared: on a busy machine, a post to any socket can be
 * one that the service repeats after seconds.
 */
const toleratedMilliseconds = 1_000;

let stack: LocalStack;
let publisher: Publisher;
let client: MissionControl | undefined;

beforeAll(async () => {
  stack = await startLocalStack({
    testing: { maxConnectionSeconds },
    settings: { handshakesPerMinute: 10_000, handshakeBurst: 1_000 },
  });
  publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
});

afterAll(async () => {
  client?.close();
  await publisher.close();
  await stack.close();
});

type Message =
  | { readonly type: 'agent:status'; readonly payload: { readonly agentId: string } }
  | { readonly type: 'batch'; readonly payload: { readonly messages: readonly Message[] } };

/**
 * Receives all events through overlapping sockets: each is open until the server's limit, so several are open at a time.
 * They take batches, as the client does: on a busy machine, batches come later than single messages.
 */
class Observer {
  /** The times at which the event of each agent was received: first by one of the sockets, last by another. */
  readonly arrivals = new Map<string, { readonly first: number; last: number }>();
  private readonly over = new AbortController();
  private watching: Promise<void> | undefined;

  async start(): Promise<void> {
    await this.open();
    this.watching = (async () => {
      while (!this.over.signal.aborted) {
        await sleep((maxConnectionSeconds * 1_000) / 4);
        // A failed handshake does no harm: the other sockets are open, and the next one follows.
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
    const subprotocols = [batchSubprotocol, subprotocol];
    const { socket } = await TestClient.open(stack.webSocketUrl, { token, subprotocols });
    socket.on('message', (data: Buffer) => {
      this.take(JSON.parse(data.toString('utf8')) as Message);
    });
  }

  private take({ type, payload }: Message): void {
    if (type === 'batch') for (const message of payload.messages) this.take(message);
    if (type !== 'agent:status') return;
    const now = Date.now();
    const known = this.arrivals.get(payload.agentId);
    if (known) known.last = now;
    else this.arrivals.set(payload.agentId, { first: now, last: now });
  }
}

/** The median, 90th and 99th percentile and maximum of delays. */
function delaysOf(delays: readonly number[]) {
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.ceil(sorted.length * part) - 1] ?? NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

it(`receives every event once during ${rotations} rotations, without extra delay`, async () => {
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
    // Each event has its own register, so no event makes another one stale.
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

  const firstOf = (agent: string) => observer.arrivals.get(agent)?.first ?? NaN;
  const late = delaysOf(
    [...heard].map(([agent, times]) => (times[0] ?? Infinity) - firstOf(agent)),
  );
  const usual = delaysOf([...observer.arrivals.values()].map(({ first, last }) => last - first));
  process.stdout.write(
    `${rotations} rotations, ${reports.length} events; milliseconds after the first socket: ` +
      `the client ${JSON.stringify(late)}, the last of the permanent sockets ${JSON.stringify(usual)}\n`,
  );
  expect([...heard].filter(([, times]) => times.length > 1)).toEqual([]);
  expect(late.p90).toBeLessThan(usual.p90 + toleratedMilliseconds);
  expect(wasWithout).toBe(false);
  // The client reported neither the new connections nor the server's limit.
  const [first, ...others] = connections.map(({ state, attempt, isSynced }) => [
    state,
    attempt,
    isSynced,
  ]);
  expect(first).toEqual(['connected', 1, false]);
  // It becomes stable and synced, whichever comes first.
  expect(others).toHaveLength(2);
  expect(others.at(-1)).toEqual(['connected', 0, true]);
}, 300_000);
