// Keeps a list sorted while its items are replaced, so that reading it does not sort it again.

/**
 * Compares two items, as `Array.prototype.sort` does. Of equal items, only one may be in a list at a time: an item may be equal
 * to the one that it replaces.
 */
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

  /** Returns the items in their order: the same list until one is replaced. n items, k changes: O(n + k log n). */
  read(): readonly Item[] {
    const { changes, limit } = this;
    if (changes) {
      const list = this.changed(changes);
      this.list = list.length > limit ? list.slice(0, limit) : list;
      this.changes = undefined;
    }
    return this.list;
  }

  /** Searches for the place of each change, because comparing texts takes longer than copying the items between them. */
  private changed(changes: ReadonlyMap<Item, boolean>): Item[] {
    const { list, order } = this;
    const changed: Item[] = [];
    let from = 0;
    const copy = (to: number) => {
      for (; from < to; from += 1) {
        const item = list[from];
        if (item) changed.push(item);
      }
    };
    // An item and the one that replaces it may be equal: they stay in the order of the calls of `replace`.
    for (const [item, belongs] of [...changes].sort(([one], [other]) => order(one, other))) {
      copy(placeOf(item, list, from, order));
      if (list[from] === item) from += 1;
      if (belongs) changed.push(item);
    }
    copy(list.length);
    return changed;
  }
}

/** Returns the index, at least `from`, of an item or of the first one that comes after it. */
function placeOf<Item>(
  item: Item,
  list: readonly Item[],
  from: number,
  order: Order<Item>,
): number {
  let [low, high] = [from, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(list[middle] as Item, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
