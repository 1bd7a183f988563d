// Runs a task for each of many items, with a limited number at a time: a pack has up to a thousand events.

/** Writes, or messages to the queue, that are under way for one pack: they share sockets with everything else. */
export const maxConcurrentRequests = 32;

/**
 * Does a task for each item, in their order, at most `limit` at a time.
 * @returns what the tasks gave, in the order of `items`
 * @throws what a task throws; none begins after that
 */
export async function mapConcurrently<Item, Result>(
  limit: number,
  items: readonly Item[],
  task: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()];

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next;
      try {
        results[index] = await task(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
