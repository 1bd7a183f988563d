// Connections that do not answer, under continuous events: they delay no other connection, and miss no message.
import { VirtualClock } from '#cost/simulation/virtual-clock';
import { createCoalescer, type Coalescer } from '#core/coalescing/coalescer';
import { createFlush } from '#core/coalescing/flush/flush';
import { messageOfEvent } from '#core/fan-out/outgoing-message';
import { Stragglers } from '#core/fan-out/retries/stragglers';
import { createPace } from '#core/posting/pace';
import { agentEvent } from '#test/support/data/events';
import { MemoryConnectionStore } from '#test/support/core/fakes';
import { createFanOutHarness } from '#test/support/core/fan-out';

/** The timeout of a post. */
const timeoutMilliseconds = 3_000;

/** The latency of a post that is answered. */
const postMilliseconds = 20;

interface Silence {
  /** Connections with batches, those without, and how many of each do not answer. */
  readonly connections: Readonly<
    Record<'batched' | 'single', readonly [all: number, silent: number]>
  >;
  readonly seconds: number;
  /** The duration of a post to a silent connection, and whether it is delivered. Default: 3 s, not delivered. */
  readonly silentPost?: { readonly milliseconds: number; readonly arrives: boolean };
  /** The time between two events. Default: 100. */
  readonly everyMilliseconds?: number;
  /** The time that an invocation has for posts. Default: 54 s. */
  readonly invocationMilliseconds?: number;
}

/** Reports events continuously for `seconds`. */
async function flushFor({ connections, seconds, ...options }: Silence) {
  const { silentPost, invocationMilliseconds = 54_000, everyMilliseconds = 100 } = options;
  const clock = new VirtualClock();
  const now = () => 1_770_000_000_000 + Math.round(clock.now());
  const pace = createPace({ now, ceiling: 8_000 });
  const harness = createFanOutHarness({ now, timers: clock, pace, concurrency: 160 });
  const { milliseconds, arrives } = silentPost ?? {
    milliseconds: timeoutMilliseconds,
    arrives: false,
  };
  const silent = new Set<string>();
  const all: { readonly connectionId: string; readonly lane: 'batched' | 'single' }[] = [];
  for (const lane of ['batched', 'single'] as const) {
    const [count, silentCount] = connections[lane];
    const users = Array.from({ length: count }, (_, index) => `${lane}-${index}`);
    harness.connections.seed(now(), users).forEach((connection, index) => {
      const { connectionId } = connection;
      if (lane === 'batched')
        harness.connections.records.set(connectionId, { ...connection, batches: true });
      if (index < silentCount) silent.add(connectionId);
      all.push({ connectionId, lane });
    });
  }

  const reportedAt = new Map<string, number>();
  const got = new Map<string, string[]>(all.map(({ connectionId }) => [connectionId, []]));
  const begunAt = { batched: new Set<number>(), single: new Set<number>() };
  const longest = { batched: 0, single: 0 };
  const laneOf = new Map(all.map(({ connectionId, lane }) => [connectionId, lane]));
  const inFlight = new Map<string, number>();
  let mostInFlightToOne = 0;
  harness.gateway.post = async (connectionId, message) => {
    const lane = laneOf.get(connectionId) ?? 'single';
    const isSilent = silent.has(connectionId);
    const flying = (inFlight.get(connectionId) ?? 0) + 1;
    inFlight.set(connectionId, flying);
    mostInFlightToOne = Math.max(mostInFlightToOne, flying);
    if (!isSilent) begunAt[lane].add(now());
    await new Promise<void>((resolve) =>
      clock.after(isSilent ? milliseconds : postMilliseconds, resolve),
    );
    inFlight.set(connectionId, (inFlight.get(connectionId) ?? 0) - 1);
    if (isSilent && !arrives) return 'retryable';
    for (const text of textsIn(message)) {
      got.get(connectionId)?.push(text);
      if (!isSilent)
        longest[lane] = Math.max(longest[lane], now() - (reportedAt.get(text) ?? -Infinity));
    }
    return 'delivered';
  };

  const invocations: Promise<void>[] = [];
  let holders = 0;
  let unfinished = 0;
  /** Runs the work in a separate execution environment. */
  async function invoke(work: (coalescer: Coalescer, deadline: number) => Promise<void>) {
    let underWay = 0;
    const coalesceMilliseconds = 500;
    const post = async (connectionId: string, text: string) => {
      underWay += 1;
      const delivery = await harness.gateway.post(connectionId, text);
      underWay -= 1;
      return delivery;
    };
    const coalescer = createCoalescer({
      ...{ lease: harness.lease, pending: harness.pending, log: harness.log, coalesceMilliseconds },
      ...{ now, timers: clock, createId: () => `holder-${(holders += 1)}` },
      flush: createFlush({
        ...{
          ...harness.delivery,
          connectionCounts: harness.connectionCounts,
          recentFanOuts: harness.recentFanOuts,
          report: harness.report,
        },
        ...{ coalesceMilliseconds, largeFanOutConnections: 1_000, poster: { post } },
      }),
      handOver: () => {
        invocations.push(invoke((other, deadline) => other.drain(deadline)));
        return Promise.resolve();
      },
    });
    await work(coalescer, now() + invocationMilliseconds);
    unfinished += underWay;
  }

  const events: string[] = [];
  for (let at = 0; at < seconds * 1_000; at += everyMilliseconds) {
    const invocation = async () => {
      await new Promise<void>((resolve) => clock.after(at, resolve));
      const message = messageOfEvent(agentEvent(`agent-${at}`, 'online', now()));
      events.push(message.text);
      reportedAt.set(message.text, now());
      const onFlushed = () => Promise.resolve();
      const outgoing = { id: `event-${at}`, messages: [message], onFlushed };
      await invoke((coalescer, deadline) => coalescer.send(outgoing, deadline));
    };
    invocations.push(invocation());
  }
  // Further invocations may have been started by a handover.
  for (let ended = 0; ended < invocations.length;) {
    ended = invocations.length;
    await clock.run(Promise.all(invocations));
  }
  const queued = new Map<string, string[]>();
  for (const job of harness.queue.jobs) {
    if (!('connections' in job)) throw new Error('All shards are read to their end.');
    for (const { connectionId } of job.connections)
      queued.set(connectionId, [
        ...(queued.get(connectionId) ?? []),
        ...job.messages.map(({ text }) => text),
      ]);
  }
  return {
    ...{ harness, events, got, queued, silent, longest, mostInFlightToOne, all },
    unfinished,
    longestGap: { batched: gapIn([...begunAt.batched]), single: gapIn([...begunAt.single]) },
  };
}

function textsIn(message: string): string[] {
  const parsed = JSON.parse(message) as { type: string; payload: { messages: unknown[] } };
  return parsed.type === 'batch'
    ? parsed.payload.messages.map((message) => JSON.stringify(message))
    : [message];
}

/** The longest time between two consecutive times. */
function gapIn(times: readonly number[]): number {
  return Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
}

const cases: readonly [string, Silence['connections'], 'batched' | 'single'][] = [
  ['one of a hundred with batches', { batched: [100, 1], single: [0, 0] }, 'batched'],
  ['five of a hundred with batches', { batched: [100, 5], single: [0, 0] }, 'batched'],
  ['one of a hundred without batches', { batched: [50, 0], single: [100, 1] }, 'single'],
  ['five of a hundred without batches', { batched: [50, 0], single: [100, 5] }, 'single'],
  ['one of two with batches', { batched: [2, 1], single: [0, 0] }, 'batched'],
];

it.each(cases)(
  'connections that do not answer do not delay the others: %s',
  async (_, connections, lane) => {
    const { longest, longestGap } = await flushFor({ connections, seconds: 10 });
    // The interval between flushes, and the time for the posts of one flush.
    expect(longestGap[lane]).toBeLessThanOrEqual(500 + 50);
    expect(longest[lane]).toBeLessThanOrEqual(500 + 50);
  },
);

it('posts to a straggler from one flush at a time, and queues all messages that it misses, in order', async () => {
  const connections = { batched: [100, 5], single: [100, 5] } as const;
  const flushed = await flushFor({ connections, seconds: 10 });
  const { all, events, got, queued, silent, harness } = flushed;
  expect(flushed.mostInFlightToOne).toBe(1);
  for (const { connectionId } of all) {
    expect((silent.has(connectionId) ? queued : got).get(connectionId)).toEqual(events);
  }
  // Connections that miss the same messages share a job: at most one job per timeout and lane.
  expect(harness.queue.jobs.length).toBeLessThanOrEqual(2 * (10 / 3 + 1));
  expect(flushed.unfinished).toBe(0);
});

it.each([700, 1_200])(
  'sends each message once to a connection that answers after %d ms, either by a post or by the queue',
  async (milliseconds) => {
    const connections = { batched: [50, 1], single: [50, 1] } as const;
    const silentPost = { milliseconds, arrives: true };
    const flushed = await flushFor({ connections, seconds: 10, silentPost });
    const { events, got, queued, silent } = flushed;
    for (const id of silent) {
      expect([...(got.get(id) ?? []), ...(queued.get(id) ?? [])].sort()).toEqual(
        [...events].sort(),
      );
    }
    expect(flushed.longest.batched).toBeLessThanOrEqual(500 + 50);
    expect(flushed.longest.single).toBeLessThanOrEqual(500 + 50);
    expect(flushed.mostInFlightToOne).toBe(1);
  },
);

it('waits for a connection that answers after 200 ms', async () => {
  const connections = { batched: [50, 1], single: [50, 1] } as const;
  const silentPost = { milliseconds: 200, arrives: true };
  const { got, queued, silent, events } = await flushFor({ connections, seconds: 5, silentPost });
  for (const id of silent) expect(got.get(id)).toEqual(events);
  expect(queued.size).toBe(0);
});

it('releases the fan-out lease at the end of an invocation before the stragglers have answered, and waits for them', async () => {
  const connections = { batched: [50, 1], single: [50, 1] } as const;
  const flushed = await flushFor({ connections, seconds: 20, invocationMilliseconds: 6_500 });
  const { events, got, queued, silent } = flushed;
  for (const id of silent) {
    expect([...(queued.get(id) ?? [])].sort()).toEqual([...events].sort());
    expect(got.get(id)).toEqual([]);
  }
  expect(flushed.longest.batched).toBeLessThanOrEqual(500 + 150);
  expect(flushed.unfinished).toBe(0);
});

it('keeps the fan-out lease for a straggler while events are rare, so that no other holder posts to it', async () => {
  const connections = { batched: [50, 1], single: [50, 1] } as const;
  const flushed = await flushFor({ connections, seconds: 10, everyMilliseconds: 1_000 });
  expect(flushed.mostInFlightToOne).toBe(1);
  for (const id of flushed.silent) expect(flushed.queued.get(id)).toEqual(flushed.events);
  expect(flushed.longest.batched).toBeLessThanOrEqual(250 + 50);
  expect(flushed.longest.single).toBeLessThanOrEqual(250 + 50);
});

it('waits for connections that do not answer if they are more than a tenth, but without an additional rest', async () => {
  const connections = { batched: [100, 0], single: [100, 11] } as const;
  const { longestGap } = await flushFor({ connections, seconds: 20 });
  expect(longestGap.single).toBeGreaterThan(timeoutMilliseconds);
  expect(longestGap.single).toBeLessThan(2 * timeoutMilliseconds + 1_000);
});

it('keeps the messages of a straggler that is added again', () => {
  const stragglers = new Stragglers();
  const [connection] = new MemoryConnectionStore().seed(1, ['alice']);
  if (connection === undefined) throw new Error('not seeded');
  const messages = [messageOfEvent(agentEvent('a', 'online', 1))];
  stragglers.add([connection]);
  expect(stragglers.leave(connection, messages)).toBe(true);
  stragglers.add([connection]);
  expect(stragglers.release(connection)).toEqual(messages);
  expect(stragglers.leave(connection, messages)).toBe(false);
});
