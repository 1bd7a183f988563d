// Tracks the promises of events that are not settled yet, and prevents that an unhandled rejection ends the process.

export interface Settlement {
  /** Adds the promise of an event, and handles its rejection: an unhandled one would end a Node.js process. Returns the promise. */
  readonly watch: (settled: Promise<void>) => Promise<void>;
  /** Resolves when all promises that were added so far are settled. Never rejects. */
  readonly all: () => Promise<void>;
}

/** Creates a settlement without promises. */
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
