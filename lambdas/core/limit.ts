// Bounded concurrency: at most so many at a time, the rest in the order they came.

/** Runs a task as soon as fewer than `most` are running. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>;

export function createLimit(most: number): Limit {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async (task) => {
    if (running >= most) await new Promise<void>((resume) => waiting.push(resume));
    else running += 1;
    try {
      return await task();
    } finally {
      // The place passes on to the next in line; only without one is it given back.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
