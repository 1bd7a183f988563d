// The promises of events that are on their way: who waits for all of them, and none that ends a process.

export interface Settlement {
  /** Remembers an event's promise, and takes note of its rejection: Node.js ends a process for one unseen. */
  readonly watch: (settled: Promise<void>) => Promise<void>;
  /** Resolves when all promises that are watched have settled. Never rejects. */
  readonly all: () => Promise<void>;
}

export function createSettlement(): Settlement {
  const unsettled = new Set<Promise<void>>();
  return {
    watch(settled) {
      unsettled.add(settled);
      const forget = () => void unsettled.delete(settled);
      settled.then(forget, forget);
      return settled;
    },
    async all() {
      await Promise.allSettled([...unsettled]);
    },
  };
}
