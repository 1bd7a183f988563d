// Where somebody looks at what could not be done: invalid events and orders, and jobs that were given up.

export interface DeadLetterQueue<Item> {
  /** Keeps the whole item with the reason. */
  keep(item: Item, reason: string): Promise<void>;
}
