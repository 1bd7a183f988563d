// Tracks the promises of events that are not settled yet, and prevents that an unhandled rejection ends the process.

export interface Settlement {
  /**
   * Adds the promise of an event, and returns one that settles likewise. The rejection of both is handled: an unhandled one
   * would end a Node.js process.
   */
  readonly watch: (settled: Promise<void>) => Promise<void>;
  /** Resolves when all promises that were added so far are settled. Never rejects. */
  readonly all: () => Promise<void>;
}

/**
 * Creates a settlement without promises.
 * @param unheard called with the error of a promise that `watch` has returned, if nothing waits for that promise when it
 * rejects
 */
export function createSettlement(unheard: (error: unknown) => void): Settlement {
  const unsettled = new Set<Promise<void>>();
  return {
    watch(settled) {
      unsettled.add(settled);
      const forget = () => void unsettled.delete(settled);
      settled.then(forget, forget);
      const awaited = new AwaitedPromise<void>((resolve, reject) => {
        settled.then(resolve, reject);
      });
      awaited.onRejected((error) => {
        // As Node.js does before it calls a rejection unhandled, this waits for all microtasks.
        process.nextTick(() => {
          if (!awaited.isAwaited) unheard(error);
        });
      });
      return awaited;
    },
    async all() {
      await Promise.allSettled([...unsettled]);
    },
  };
}

/** A promise that knows whether something waits for it: `await`, `Promise.all`, `catch` and the like all call `then`. */
class AwaitedPromise<Value> extends Promise<Value> {
  /** The promises that `then` returns are ordinary ones. */
  static override get [Symbol.species]() {
    return Promise;
  }

  isAwaited = false;

  override then<Next = Value, Other = never>(
    onFulfilled?: ((value: Value) => Next | PromiseLike<Next>) | null,
    onRejected?: ((reason: unknown) => Other | PromiseLike<Other>) | null,
  ): Promise<Next | Other> {
    this.isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }

  /** Does not count as waiting. */
  onRejected(call: (error: unknown) => void): void {
    void super.then(undefined, call);
  }
}
