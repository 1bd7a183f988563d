// The contract of every FanOutLease; tests run it against each implementation.
import fc from 'fast-check';
import type { FanOutLease, HeldState, LeaseState } from '#core/coalescing/ports';

const start = 1_707_163_200_000;

const free: LeaseState = {
  ...{ holder: undefined, heldUntil: 0, read: 0, done: { batched: 0, single: 0 } },
  ...{ flushedAt: 0, hasSent: false },
};

const held = (until: number, offset = 0): HeldState => ({
  heldUntil: until,
  read: start + offset + 3,
  done: { batched: start + offset + 2, single: start + offset + 1 },
  flushedAt: start + offset,
  hasSent: offset % 2 === 1,
});

type Step =
  | { readonly kind: 'acquire'; holder: string; now: number; heldUntil: number }
  | { readonly kind: 'refresh' | 'release'; holder: string; state: HeldState }
  | { readonly kind: 'look' };

/** The state of a lease after a step, and the result of the step. */
function model(lease: LeaseState, step: Step): { readonly after: LeaseState; result: unknown } {
  if (step.kind === 'look') return { after: lease, result: lease };
  if (step.kind === 'acquire') {
    const { holder, now, heldUntil } = step;
    const isOther = lease.holder !== undefined && lease.holder !== holder;
    if (isOther && lease.heldUntil > now) {
      return { after: lease, result: undefined };
    }
    return { after: { ...lease, holder, heldUntil }, result: lease };
  }
  if (lease.holder !== step.holder) return { after: lease, result: false };
  const holder = step.kind === 'refresh' ? step.holder : undefined;
  return { after: { ...step.state, holder }, result: true };
}

function take(lease: FanOutLease, step: Step): Promise<unknown> {
  if (step.kind === 'look') return lease.look();
  if (step.kind === 'acquire') return lease.acquire(step.holder, step.now, step.heldUntil);
  return lease[step.kind](step.holder, step.state);
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** All states that concurrent steps can lead to: those of the orders that explain the results. */
function explain(before: LeaseState, steps: readonly Step[], results: readonly unknown[]) {
  if (steps.length === 0) return [before];
  const found: LeaseState[] = [];
  for (const [index, step] of steps.entries()) {
    const { after, result } = model(before, step);
    if (!same(sorted(result), sorted(results[index]))) continue;
    const others = <Kind>(all: readonly Kind[]) => all.filter((_, other) => other !== index);
    found.push(...explain(after, others(steps), others(results)));
  }
  return found;
}

function sorted(result: unknown): unknown {
  return typeof result === 'object' && result !== null ? Object.entries(result).sort() : result;
}

const stepArbitrary = fc
  .record({
    kind: fc.constantFrom(
      'acquire' as const,
      'refresh' as const,
      'release' as const,
      'look' as const,
    ),
    holder: fc.constantFrom('a', 'b', 'c'),
    now: fc.integer({ min: -2, max: 6 }),
    lasts: fc.integer({ min: 0, max: 4 }),
    offset: fc.nat(5),
  })
  .map(({ kind, holder, now, lasts, offset }): Step => {
    if (kind === 'look') return { kind };
    const heldUntil = start + now + lasts;
    if (kind === 'acquire') return { kind, holder, now: start + now, heldUntil };
    return { kind, holder, state: held(heldUntil, offset) };
  });

export function describeFanOutLease(
  name: string,
  create: () => FanOutLease | Promise<FanOutLease>,
): void {
  describe(`${name}, a fan-out lease`, () => {
    it('is free with all times 0 until it is acquired', async () => {
      const lease = await create();
      await expect(lease.look()).resolves.toEqual(free);
      await expect(lease.acquire('a', start, start + 10)).resolves.toEqual(free);
      const taken = { ...free, holder: 'a', heldUntil: start + 10 };
      await expect(lease.look()).resolves.toEqual(taken);
    });

    it('is acquired by exactly one of many concurrent callers', async () => {
      const lease = await create();
      for (const now of [start, start + 10]) {
        const given = await Promise.all(
          Array.from({ length: 8 }, (_, index) => lease.acquire(`${now}-${index}`, now, now + 10)),
        );
        const winners = [...given.keys()].filter((index) => given[index] !== undefined);
        expect(winners).toHaveLength(1);
        await expect(lease.look()).resolves.toMatchObject({ holder: `${now}-${winners[0]}` });
      }
    });

    it('returns to the next holder the state that the previous holder wrote on release', async () => {
      const lease = await create();
      await lease.acquire('a', start, start + 10);
      await expect(lease.refresh('a', held(start + 20, 1))).resolves.toBe(true);
      await expect(lease.look()).resolves.toEqual({ ...held(start + 20, 1), holder: 'a' });
      await expect(lease.release('a', held(start + 20, 2))).resolves.toBe(true);
      const released = { ...held(start + 20, 2), holder: undefined };
      await expect(lease.look()).resolves.toEqual(released);
      await expect(lease.acquire('b', start, start + 30)).resolves.toEqual(released);
    });

    it('can be acquired by another holder after it has expired, with the last state of the previous one', async () => {
      const lease = await create();
      await lease.acquire('a', start, start + 10);
      await lease.refresh('a', held(start + 20, 1));
      await expect(lease.acquire('b', start + 19, start + 40)).resolves.toBeUndefined();
      const dead = { ...held(start + 20, 1), holder: 'a' };
      await expect(lease.acquire('b', start + 20, start + 40)).resolves.toEqual(dead);
    });

    it('can be neither refreshed nor released by a holder that has lost it', async () => {
      const lease = await create();
      await expect(lease.refresh('a', held(start, 1))).resolves.toBe(false);
      await expect(lease.release('a', held(start, 1))).resolves.toBe(false);
      await expect(lease.look()).resolves.toEqual(free);
      await lease.acquire('a', start, start + 10);
      await lease.acquire('b', start + 10, start + 20);
      await expect(lease.refresh('a', held(start + 99, 1))).resolves.toBe(false);
      await expect(lease.release('a', held(start + 99, 1))).resolves.toBe(false);
      await expect(lease.look()).resolves.toMatchObject({ holder: 'b', heldUntil: start + 20 });
      await lease.release('b', held(start + 20, 2));
      await expect(lease.refresh('b', held(start + 99, 1))).resolves.toBe(false);
      await expect(lease.release('b', held(start + 99, 1))).resolves.toBe(false);
      await expect(lease.look()).resolves.toEqual({ ...held(start + 20, 2), holder: undefined });
    });

    it('has one holder at a time even with clock skew, although it expires early or late', async () => {
      const lease = await create();
      await lease.acquire('a', start, start + 5_000);
      // By this clock, which is behind, the lease has not expired.
      await expect(lease.acquire('b', start - 10_000, start)).resolves.toBeUndefined();
      // By this clock, which is ahead, it has.
      await expect(lease.acquire('c', start + 10_000, start + 15_000)).resolves.toBeDefined();
      await expect(lease.refresh('a', held(start + 6_000))).resolves.toBe(false);
      await expect(lease.acquire('a', start + 6_000, start + 11_000)).resolves.toBeUndefined();
      await expect(lease.refresh('c', held(start + 16_000))).resolves.toBe(true);
    });

    it('stores the last saved list of sent items separately from its state', async () => {
      const lease = await create();
      await expect(lease.readSent()).resolves.toEqual({ batched: [], single: [] });
      await lease.saveSent({ batched: ['1#a', '2#b'], single: [] });
      await lease.acquire('a', start, start + 10);
      await lease.release('a', held(start + 10));
      await expect(lease.readSent()).resolves.toEqual({ batched: ['1#a', '2#b'], single: [] });
      await lease.saveSent({ batched: [], single: ['1#a'] });
      await expect(lease.readSent()).resolves.toEqual({ batched: [], single: ['1#a'] });
      await expect(lease.look()).resolves.toEqual({ ...held(start + 10), holder: undefined });
    });

    it('is linearizable: concurrent steps have the results of some sequential order', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(stepArbitrary, { minLength: 1, maxLength: 3 }), { maxLength: 12 }),
          async (rounds) => {
            const lease = await create();
            let before = free;
            for (const steps of rounds) {
              const results = await Promise.all(steps.map((step) => take(lease, step)));
              const after = await lease.look();
              expect(explain(before, steps, results)).toContainEqual(after);
              before = after;
            }
          },
        ),
        { numRuns: 12 },
      );
    });
  });
}
