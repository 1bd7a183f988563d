// Declares readers, and creates those of lists.

/** A value that changes: what a framework subscribes to. */
export interface Reader<Value> {
  /** Returns the current value: the same object until it changes. */
  readonly read: () => Value;
  /**
   * Calls `changed` after the value may have changed, at most once in each animation frame. Returns a function that
   * unsubscribes.
   */
  readonly subscribe: (changed: () => void) => () => void;
}

/** The list without items. It is always the same, so that nothing renders because of it. */
export const none: readonly never[] = [];

/** Returns a function that returns the list before instead of its argument if both have the same items. */
export function keepEqual<Item>(): (list: readonly Item[]) => readonly Item[] {
  let kept: readonly Item[] = none;
  return (list) => {
    const isEqual =
      list.length === kept.length && list.every((item, index) => item === kept[index]);
    if (!isEqual) kept = list;
    return kept;
  };
}

/**
 * Creates a reader of the first items of a list that is derived from another one, e.g. by a filter.
 * @param source returns the same list until it changes
 * @param limit the maximum number of items
 * @param derive called once for each list of `source`
 * @throws {TypeError} if the limit is not a number of 0 or more
 */
export function derived<Source, Item>(
  subscribe: Reader<unknown>['subscribe'],
  source: () => readonly Source[],
  limit: number,
  derive: (list: readonly Source[]) => readonly Item[],
): Reader<readonly Item[]> {
  if (!(limit >= 0)) throw new TypeError('limit must be a number of at least 0.');
  const keep = keepEqual<Item>();
  let from: readonly Source[] | undefined;
  let value: readonly Item[] = none;
  return {
    subscribe,
    read() {
      const list = source();
      if (list !== from) value = keep(derive(list).slice(0, limit));
      from = list;
      return value;
    },
  };
}
