// Coalescing in virtual time: no event is lost after crashes, with slow parts, or with clock skew.
import fc from 'fast-check';
import {
  CoalescingHarness,
  type CoalescingHarnessOptions,
} from '#test/support/core/coalescing-harness';
import { seeded } from '#test/support/data/seeded';

interface PlayOptions {
  /** Events that the bus delivers twice. */
  readonly repeated?: readonly number[];
  readonly withHeartbeats?: boolean;
}

/** Reports one event after each of the gaps (in ms), and resolves when every invocation has ended. */
async function play(
  harness: CoalescingHarness,
  gaps: readonly number[],
  { repeated = [], withHeartbeats = false }: PlayOptions = {},
) {
  const ids = gaps.map((_, index) => `event-${index}`);
  const reports: Promise<void>[] = [];
  const story = async () => {
    for (const [index, gap] of gaps.entries()) {
      await harness.sleep(gap);
      const id = ids[index] ?? '';
      reports.push(harness.report(id));
      if (repeated.includes(index)) reports.push(harness.report(id));
    }
    await Promise.all(reports);
    for (const handedOver of harness.handedOver) await handedOver;
    if (!withHeartbeats) return;
    // Longer than the lease of a holder that crashed, with any clock skew.
    for (let beat = 0; beat < 5; beat += 1) {
      await harness.sleep(16_000);
      await harness.drain();
    }
  };
  await harness.clock.run(story());
  return ids;
}

const calm = (options: Partial<CoalescingHarnessOptions> = {}) =>
  new CoalescingHarness({ random: seeded(1), ...options });

const gapsArbitrary = fc.array(
  fc.oneof(fc.nat(20), fc.integer({ min: 30, max: 60 }), fc.nat(700)),
  { minLength: 1, maxLength: 40 },
);

it('flushes each event by itself, without pending events, if they are more than an interval apart', async () => {
  const harness = calm();
  await play(harness, [10, 2_000, 600]);
  expect(harness.flushes).toHaveLength(3);
  expect(harness.pending.items).toEqual([]);
});

it('sends every event once within 600 ms without faults, in flushes at least 490 ms apart', async () => {
  await fc.assert(
    fc.asyncProperty(gapsArbitrary, fc.integer(), async (gaps, seed) => {
      const harness = calm({ random: seeded(seed) });
      const ids = await play(harness, gaps);
      expect(harness.missed(ids)).toEqual([]);
      expect(harness.duplicates()).toBe(0);
      // The maximum wait is the interval after a flush that began just before the event.
      expect(harness.longestWait('batched')).toBeLessThan(600);
      for (const [index, { at }] of harness.flushes.entries()) {
        const { at: before = -Infinity } = harness.flushes[index - 1] ?? {};
        expect(at - before).toBeGreaterThanOrEqual(490);
      }
    }),
    { numRuns: 100 },
  );
});

it.each([10, 15, 20, 25, 30, 35, 40, 45, 50])(
  'sends both of two events %i ms apart without waiting for another event',
  async (gap) => {
    const harness = calm({ random: seeded(gap) });
    const ids = await play(
      harness,
      Array.from({ length: 120 }, (_, index) => (index % 2 === 0 ? 2_000 : gap)),
    );
    expect(harness.missed(ids)).toEqual([]);
    expect(harness.longestWait('batched')).toBeLessThan(600);
  },
);

it.each([400, 9_000])(
  'does not delay other events while the register of one takes %i ms to write',
  async (milliseconds) => {
    const harness = calm({ storeMilliseconds: (id) => (id === 'event-0' ? milliseconds : 0) });
    const gap = 300;
    const ids = await play(
      harness,
      Array.from({ length: 40 }, () => gap),
    );
    expect(harness.missed(ids)).toEqual([]);
    expect(harness.duplicates()).toBe(0);
    const waits = ids.map((id, index) => {
      const [heardAt = Infinity] = harness.heard.batched.get(harness.textOf(id)) ?? [];
      return heardAt - gap * (index + 1);
    });
    const [slow, ...others] = waits;
    expect(slow).toBeLessThan(milliseconds + 600);
    expect(Math.max(...others)).toBeLessThan(900);
  },
);

it('never delays connections with batches by those without, whose missed events go to the next holder', async () => {
  const harness = calm({ flushMilliseconds: { batched: 12, single: 3_000 } });
  // Longer than an invocation may last, so that holders follow one another.
  const ids = await play(
    harness,
    Array.from({ length: 200 }, () => 200),
  );
  expect(harness.missed(ids)).toEqual([]);
  expect(harness.duplicates()).toBe(0);
  expect(harness.longestWait('batched')).toBeLessThan(600);
  expect(harness.longestWait('single')).toBeLessThan(7_000);
});

it('hands over to another worker at the end of an invocation, without another event', async () => {
  const harness = calm({ flushMilliseconds: { batched: 12, single: 1_900 } });
  // The last event is reported during the last flush of an invocation.
  const ids = await play(harness, [...Array.from({ length: 89 }, () => 200), 1_000, 700]);
  expect(harness.missed(ids)).toEqual([]);
  expect(harness.duplicates()).toBe(0);
  expect(harness.handedOver.length).toBeGreaterThan(0);
});

it('hands over events that wait for the slower lane at the end of an invocation', async () => {
  for (const count of [80, 84, 88, 92]) {
    const harness = calm({ flushMilliseconds: { batched: 12, single: 1_900 } });
    const ids = await play(
      harness,
      Array.from({ length: count }, () => 200),
    );
    expect({ count, missed: harness.missed(ids) }).toEqual({ count, missed: [] });
  }
});

it('loses no event if a holder crashes at any step', async () => {
  const gaps = [10, 40, 40, 200, 40, 300, 40];
  // More steps than the whole run takes.
  for (let death = 1; death <= 150; death += 1) {
    const harness = calm({ deaths: [death] });
    const ids = await play(harness, gaps, { withHeartbeats: true });
    expect({ death, missed: harness.missed(ids) }).toEqual({ death, missed: [] });
  }
});

const troubleArbitrary = fc.record({
  gaps: gapsArbitrary,
  seed: fc.integer(),
  skews: fc.array(fc.constantFrom(0, 0, 3, -3, 10_000, -10_000, 700), {
    minLength: 1,
    maxLength: 6,
  }),
  latencyMilliseconds: fc.constantFrom(2, 8, 60, 400, 1_500),
  deaths: fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { maxLength: 2 }),
  outages: fc.array(
    fc.tuple(fc.nat(6_000), fc.nat(1_500)).map(([from, length]) => [from, from + length] as const),
    { maxLength: 2 },
  ),
  flushMilliseconds: fc.record({
    batched: fc.constantFrom(5, 60, 900),
    single: fc.constantFrom(5, 60, 900, 4_000),
  }),
  coalesceMilliseconds: fc.constantFrom(0, 20, 500, 3_000),
  repeated: fc.array(fc.nat(39), { maxLength: 5 }),
  storeMilliseconds: fc.func(fc.constantFrom(0, 0, 100, 240, 260, 3_000)),
});

it('sends every event under any combination of faults', async () => {
  await fc.assert(
    fc.asyncProperty(troubleArbitrary, async ({ gaps, seed, repeated, ...trouble }) => {
      const harness = new CoalescingHarness({ ...trouble, random: seeded(seed) });
      const ids = await play(harness, gaps, { repeated, withHeartbeats: true });
      expect(harness.missed(ids)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
