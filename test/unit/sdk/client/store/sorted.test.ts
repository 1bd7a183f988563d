// A sorted list, which is what sorting its items gives, whatever is replaced and however often it is read.
import fc from 'fast-check';
import { Sorted } from '#sdk/client/store/sorted';

/** A version of something that has a name. */
interface Item {
  readonly name: number;
  readonly rank: number;
}

const order = (one: Item, other: Item) => one.rank - other.rank || one.name - other.name;
/** Few names and ranks, so that versions of one thing are often equal. */
const anyItem = fc.record({ name: fc.nat(5), rank: fc.nat(2) });
const anyStep = fc.oneof(
  { weight: 4, arbitrary: anyItem },
  { weight: 2, arbitrary: fc.record({ removed: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant('read' as const) },
);

it('is what sorting gives, also if it is created while changes are on their way', () => {
  fc.assert(
    fc.property(
      fc.array(anyStep),
      fc.array(anyStep),
      fc.option(fc.nat(4), { nil: undefined }),
      (ahead, steps, limit) => {
        const current = new Map<number, Item>();
        const calls: (readonly [Item | undefined, Item | undefined])[] = [];
        const apply = (step: Item | { readonly removed: number }) => {
          const name = 'removed' in step ? step.removed : step.name;
          const previous = current.get(name);
          if ('removed' in step) current.delete(name);
          else current.set(name, step);
          calls.push([previous, current.get(name)]);
        };
        // Changes that have happened when the list is created, but of which it is told only afterwards.
        for (const step of ahead) if (step !== 'read') apply(step);
        const list = new Sorted(order, [...current.values()]);
        for (const call of calls.splice(0)) list.replace(...call);
        const check = () => {
          const expected = [...current.values()].sort(order);
          const read = list.read();
          expect(read).toEqual(expected);
          expect(read.every((item, index) => item === expected[index])).toBe(true);
          expect(list.read()).toBe(read);
        };
        for (const step of steps) {
          if (step === 'read') check();
          else apply(step);
          for (const call of calls.splice(0)) list.replace(...call);
        }
        check();
        expect(new Sorted(order, [...current.values()], limit).read()).toEqual(
          [...current.values()].sort(order).slice(0, limit),
        );
      },
    ),
  );
});

it('keeps the first items alone if it has a limit, however many come without being read', () => {
  const list = new Sorted((one: Item, other: Item) => other.rank - one.rank, [], 3);
  for (let rank = 0; rank < 1_000; rank += 1) list.replace(undefined, { name: 0, rank });
  expect(list.read().map(({ rank }) => rank)).toEqual([999, 998, 997]);
});

it('collects a limited number of changes while nobody reads it', () => {
  let comparisons = 0;
  const counting = (one: Item, other: Item) => {
    comparisons += 1;
    return order(one, other);
  };
  let item: Item = { name: 0, rank: 0 };
  const list = new Sorted(counting, [item]);
  for (let rank = 1; rank <= 10_000; rank += 1) {
    const next = { name: 0, rank };
    list.replace(item, next);
    item = next;
  }
  comparisons = 0;
  expect(list.read()).toEqual([item]);
  expect(comparisons).toBeLessThan(1_000);
});
