// Clients get heartbeats in time for everything that AWS allows a schedule to do: 30 minutes of virtual time.
import fc from 'fast-check';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { horizon } from '#core/broadcasting/heartbeat-plan';
import type { PlannedHeartbeat } from '#core/broadcasting/ports';
import { parseSettings } from '#lambdas/contract/settings';
import {
  MemoryConnectionCountStore,
  MemoryHeartbeatStore,
  RecordingLog,
} from '#test/support/core/fakes';

const start = Date.UTC(2026, 1, 5, 12, 0, 17, 345);
const minute = 60_000;
const calls = 30;

/** A fault of one scheduled call. In addition, each call comes at any time in its minute. */
type Fault =
  | { readonly kind: 'lost' | 'queue down' | 'plan not noted' | 'twice' }
  | { readonly kind: 'late'; readonly milliseconds: number };

interface Harness {
  readonly heartbeatSeconds: number;
  /** The offset of each call in its minute, in ms. */
  readonly jitter: readonly number[];
  readonly faults: ReadonlyMap<number, Fault>;
  /** The numbers of the messages that SQS delivers twice. */
  readonly doubles: ReadonlySet<number>;
}

/** The times at which heartbeats were sent. */
async function beatsOf({ heartbeatSeconds, jitter, faults, doubles }: Harness): Promise<number[]> {
  let time = start;
  let fault: Fault | undefined;
  const sent: number[] = [];
  const queue: { at: number; due: PlannedHeartbeat }[] = [];
  const heartbeats = new MemoryHeartbeatStore();
  const note = heartbeats.notePlan.bind(heartbeats);
  heartbeats.notePlan = (plan) =>
    fault?.kind === 'plan not noted' ? Promise.reject(new Error('not noted')) : note(plan);
  let messages = 0;
  const heartbeat = createHeartbeat({
    sendHeartbeat: () => {
      sent.push(time);
      return Promise.resolve();
    },
    largeFanOut: () => Promise.resolve(false),
    coalescer: { join: () => Promise.resolve(false), drain: () => Promise.resolve() },
    reportSilentAgents: () => Promise.resolve(),
    queue: {
      plan: (all, now) => {
        if (fault?.kind === 'queue down') return Promise.reject(new Error('the queue is down'));
        for (const due of all) {
          // Rounded as in lambdas/adapters/sqs/sqs-heartbeat-queue.ts.
          const at = now + Math.ceil((due.dueAt - now) / 1000) * 1000;
          queue.push({ at, due });
          if (doubles.has((messages += 1))) queue.push({ at: at + 300, due });
        }
        return Promise.resolve();
      },
    },
    heartbeats,
    connectionCounts: new MemoryConnectionCountStore(),
    drawConnectionCount: () => undefined,
    now: () => time,
    log: new RecordingLog(),
    heartbeatSeconds,
  });

  const timeline = jitter
    .flatMap((milliseconds, number) => {
      const of = faults.get(number);
      const call = { at: start + number * minute + milliseconds, fault: of };
      if (of?.kind === 'lost') return [];
      if (of?.kind === 'twice') return [call, call];
      return [of?.kind === 'late' ? { ...call, at: call.at + of.milliseconds } : call];
    })
    .sort((one, other) => one.at - other.at);
  const postUntil = async (end: number) => {
    for (;;) {
      queue.sort((one, other) => one.at - other.at);
      const [next] = queue;
      if (next === undefined || next.at > end) return;
      const { at, due } = next;
      queue.shift();
      time = at;
      await heartbeat.onDue(due, time + 25_000);
    }
  };
  for (const call of timeline) {
    await postUntil(call.at);
    time = call.at;
    fault = call.fault;
    await heartbeat.onSchedule(time + 25_000).catch(() => undefined);
  }
  await postUntil(start + calls * minute);
  return sent;
}

const intervals = Array.from({ length: 600 }, (_, index) => index + 1).filter(
  (heartbeatSeconds) => parseSettings({ heartbeatSeconds }, ['heartbeatSeconds']).ok,
);
const jitter = fc.array(fc.integer({ min: 0, max: minute - 1 }), {
  minLength: calls,
  maxLength: calls,
});
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom('lost', 'queue down', 'plan not noted', 'twice').map((kind) => ({ kind })),
  fc
    .integer({ min: 1, max: minute })
    .map((milliseconds) => ({ kind: 'late' as const, milliseconds })),
);
const doubles = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 10 });

function gapsOf(sent: readonly number[]): number[] {
  return sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
}

const interval = fc.constantFrom(...intervals);

it('the properties below use every interval that can be configured', () => {
  expect(intervals).toEqual([
    1,
    2,
    3,
    4,
    5,
    6,
    10,
    12,
    15,
    20,
    30,
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * 60),
  ]);
});

it('sends heartbeats at most 2.5 intervals and 10 minutes apart, with one fault in any call', () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({ heartbeatSeconds: interval, jitter, doubles }),
      fc.integer({ min: 1, max: calls - 1 }),
      fault,
      async ({ heartbeatSeconds, jitter, doubles }, number, fault) => {
        const sent = await beatsOf({
          ...{ heartbeatSeconds, jitter, doubles: new Set(doubles) },
          faults: new Map([[number, fault]]),
        });
        const gaps = gapsOf(sent);
        const interval = heartbeatSeconds * 1000;
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.min(2.5 * interval, 600_000));
        // No heartbeat is sent twice. The first gap is shorter, because the first call comes between two times of the grid.
        expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(interval - 1_000);
      },
    ),
    { numRuns: 60 },
  ));

it('sends heartbeats without a gap after up to three consecutive lost calls, and with a limited gap after more', () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({ heartbeatSeconds: interval, jitter }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 2, max: 8 }),
      async ({ heartbeatSeconds, jitter }, number, lost) => {
        const missing = Array.from({ length: lost }, (_, index) => number + index);
        const sent = await beatsOf({
          ...{ heartbeatSeconds, jitter, doubles: new Set<number>() },
          faults: new Map(missing.map((each) => [each, { kind: 'lost' }])),
        });
        const interval = heartbeatSeconds * 1000;
        const [first, last] = [number - 1, number + lost];
        const apart = last * minute + (jitter[last] ?? 0) - first * minute - (jitter[first] ?? 0);
        if (lost <= 3) expect(apart).toBeLessThanOrEqual(horizon);
        const silences = gapsOf(sent).filter((gap) => gap > interval + 1_000);
        if (apart <= horizon) expect(silences).toEqual([]);
        // The first call after the lost ones sends a heartbeat itself.
        else
          expect(Math.max(0, ...silences)).toBeLessThanOrEqual(apart - horizon + interval + 1_000);
      },
    ),
    { numRuns: 40 },
  ));
