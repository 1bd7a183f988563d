// Runs an asynchronous task for each item of a list, with limited concurrency.

/** Maximum concurrent requests for the events of one pack, up to 1,000: they share sockets with all other requests. */
export const maxConcurrentRequests = 32;

/**
 * Runs `task` for each item, in their order, at most `limit` at a time.
 * @returns the results in the order of `items`
 * @throws the first error of a task; no task begins after it
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
