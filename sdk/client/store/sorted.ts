// Keeps a list sorted while its items are replaced, so that reading it does not sort it again.

/** Compares two items, as `Array.prototype.sort` does. Different items of a list must not be equal. */
export type Order<Item> = (one: Item, other: Item) => number;

/** A sorted list of items, each of which is replaced by another object when it changes. */
export class Sorted<Item extends object> {
  private list: readonly Item[];
  /** What has happened since the list was read: the items, and whether they belong to it now. Few lists have any. */
  private changes: Map<Item, boolean> | undefined;

  /** @param limit the number of items that are kept: the first ones */
  constructor(
    private readonly order: Order<Item>,
    items: readonly Item[] = [],
    private readonly limit = Infinity,
  ) {
    this.list = [...items].sort(order).slice(0, limit);
  }

  /** Replaces an item by another one. It may be in the list already, e.g. if the list was created in the meantime. */
  replace(previous: Item | undefined, current: Item | undefined): void {
    this.changes ??= new Map();
    if (previous) this.changes.set(previous, false);
    if (current) this.changes.set(current, true);
    // A list that nobody reads must not collect changes for ever.
    if (this.changes.size > 2 * this.list.length + 100) this.read();
  }

  /** Returns the items in their order: the same list until one is replaced. n items, k of them new: O(n + k log n). */
  read(): readonly Item[] {
    const { changes, order } = this;
    if (changes) {
      const added = [...changes].flatMap(([item, belongs]) => (belongs ? item : []));
      const unchanged = this.list.filter((item) => !changes.has(item));
      this.list = merge(unchanged, added.sort(order), order).slice(0, this.limit);
      this.changes = undefined;
    }
    return this.list;
  }
}

/** Merges two sorted lists. Searches for the place of each added item, because comparing texts takes longer than copying. */
function merge<Item>(list: readonly Item[], added: readonly Item[], order: Order<Item>): Item[] {
  const merged: Item[] = [];
  let from = 0;
  for (const item of added) {
    const to = placeOf(item, list, from, order);
    for (; from < to; from += 1) merged.push(list[from] as Item);
    merged.push(item);
  }
  return merged.concat(list.slice(from));
}

/** Returns the index, at least `from`, of the first item that comes after this one. */
function placeOf<Item>(
  item: Item,
  list: readonly Item[],
  from: number,
  order: Order<Item>,
): number {
  let [low, high] = [from, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(list[middle] as Item, item) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
