// The port of the dead-letter queue: invalid events, invalid orders of operators, and retry jobs that were given up.

export interface DeadLetterQueue<Item> {
  /** Stores the whole item together with the reason. */
  keep(item: Item, reason: string): Promise<void>;
}
