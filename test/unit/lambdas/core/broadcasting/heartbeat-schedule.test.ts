// Whatever a schedule does that AWS allows, clients hear a heartbeat in time: over half an hour of virtual time.
import fc from 'fast-check';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { horizon } from '#core/broadcasting/heartbeat-plan';
import type { PlannedHeartbeat } from '#core/broadcasting/ports';
import { parseSettings } from '#lambdas/contract/settings';
import {
  MemoryConnectionCountStore,
  MemoryHeartbeatStore,
  RecordingLog,
} from '../../../../support/core/fakes';

const start = Date.UTC(2026, 1, 5, 12, 0, 17, 345);
const minute = 60_000;
const calls = 30;

/** What may become of one call, besides that each comes at any time of its minute. */
type Fault =
  | { readonly kind: 'lost' | 'queue down' | 'plan not noted' | 'twice' }
  | { readonly kind: 'late'; readonly milliseconds: number };

interface Harness {
  readonly heartbeatSeconds: number;
  /** Milliseconds into its minute, of each call. */
  readonly jitter: readonly number[];
  readonly faults: ReadonlyMap<number, Fault>;
  /** Whether SQS delivers a message twice, by its number. */
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
    queue: {
      plan: (all, now) => {
        if (fault?.kind === 'queue down') return Promise.reject(new Error('the queue is down'));
        for (const due of all) {
          // As lambdas/adapters/sqs/sqs-heartbeat-queue.ts rounds.
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

it('every interval that can be configured is among those that are tried', () => {
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

it('with any one call late or lost nobody waits for two and a half intervals, or ten minutes', () =>
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
        // Nothing is sent twice but by the first call, which comes between two places of the grid.
        expect(Math.min(...gaps.slice(1))).toBeGreaterThanOrEqual(interval - 1_000);
      },
    ),
    { numRuns: 60 },
  ));

it('faults that follow one another cost nothing up to three lost calls, and then one silence', () =>
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
        // The call that ends it sends one itself.
        else
          expect(Math.max(0, ...silences)).toBeLessThanOrEqual(apart - horizon + interval + 1_000);
      },
    ),
    { numRuns: 40 },
  ));
