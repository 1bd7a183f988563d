// A fan-out with fakes, for tests of the parts that use it.
import { createCoalescer } from '#core/coalescing/coalescer';
import { createFlush } from '#core/coalescing/flush/flush';
import { createFanOut, type LanesOptions } from '#core/fan-out/fan-out';
import type { Count, Countable } from '#core/count';
import { createPace } from '#core/posting/pace';
import { createRecentFanOuts, type RecentFanOuts } from '#core/fan-out/recent-fan-outs';
import { createReportFanOut } from '#core/fan-out/report-fan-out';
import { createReportSilentAgents } from '#core/silence/report-silent-agents';
import { MemoryFanOutLease, MemoryPendingStore } from '#cost/simulation/memory-coalescing';
import {
  FakeClock,
  FakeGateway,
  MemoryConnectionCountStore,
  MemoryConnectionStore,
  MemoryRetryQueue,
  MemoryHeartbeatStore,
  MemoryRecentFanOutStore,
  MemoryStateStore,
  RecordingLog,
} from './fakes';
import { MemorySilenceStore } from './memory-silence-store';

/** The default of a deployment. */
const coalesceMilliseconds = 500;

export function createFanOutHarness({
  recentFanOuts: givenRecentFanOuts,
  ...options
}: Partial<LanesOptions & { readonly recentFanOuts: Pick<RecentFanOuts, 'note'> }> = {}) {
  const clock = new FakeClock();
  const { now } = clock;
  const connections = new MemoryConnectionStore();
  const gateway = new FakeGateway();
  const queue = new MemoryRetryQueue();
  const connectionCounts = new MemoryConnectionCountStore();
  const recentFanOutStore = new MemoryRecentFanOutStore();
  const heartbeats = new MemoryHeartbeatStore();
  const state = new MemoryStateStore();
  const log = new RecordingLog();
  const recorded: { type: string; numbers: object }[] = [];
  const metrics = {
    record: (type: string, numbers: object) => {
      recorded.push({ type, numbers });
    },
  };
  const delivery = {
    connections,
    queue,
    poster: gateway,
    pace: createPace({ now, ceiling: 1_000_000 }),
    now,
    timers: clock,
    random: () => 0.5,
    concurrency: 8,
    maxAttempts: 3,
    maxStuckAttempts: 2,
    log,
    ...options,
  };
  const fanOut = createFanOut(delivery);
  const report = createReportFanOut({ log, metrics, now });
  const recentFanOuts: RecentFanOuts = {
    ...createRecentFanOuts({ store: recentFanOutStore, now, log, heartbeatSeconds: 30 }),
    ...givenRecentFanOuts,
  };
  const drawn: [connections: number, users: number][] = [];
  const drawConnectionCount = (connections: number, users: number) => {
    drawn.push([connections, users]);
  };
  const counted: Countable[] = [];
  const count: Count = (what, _about, number = 1) => {
    counted.push(...Array.from({ length: number }, () => what));
  };
  const [lease, pending] = [new MemoryFanOutLease(), new MemoryPendingStore()];
  const handedOver: number[] = [];
  let ids = 0;
  const coalescer = createCoalescer({
    ...{ lease, pending, now, log, timers: clock, coalesceMilliseconds },
    flush: createFlush({
      ...{ ...delivery, connectionCounts, recentFanOuts, report, coalesceMilliseconds },
      largeFanOutConnections: 100,
    }),
    createId: () => `holder-${(ids += 1)}`,
    handOver: () => {
      handedOver.push(now());
      return Promise.resolve();
    },
  });
  const silence = new MemorySilenceStore(state);
  const reportSilentAgents = createReportSilentAgents({ silence, coalescer, now, log });
  return {
    ...{ lease, pending, coalescer, handedOver, silence, reportSilentAgents },
    ...{
      clock,
      now,
      connections,
      gateway,
      queue,
      connectionCounts,
      state,
      log,
      recorded,
      counted,
      count,
      drawn,
      drawConnectionCount,
    },
    ...{ delivery, fanOut, report, recentFanOuts, recentFanOutStore, heartbeats },
  };
}
