// Calls listeners by type. If one throws, the others are still called.

/** The argument of a listener. */
type Value<Listener> = Listener extends (value: infer Argument) => void ? Argument : never;

export interface Listeners<Types> {
  /** Adds a listener. Returns a function that removes it. A listener that is added twice is called twice. */
  readonly add: <Type extends keyof Types & string>(
    type: Type,
    listener: Types[Type],
  ) => () => void;
  /** Calls all listeners of the type. */
  readonly call: <Type extends keyof Types & string>(type: Type, value: Value<Types[Type]>) => void;
}

/** Creates an empty set of listeners. */
export function createListeners<Types>(): Listeners<Types> {
  const entries = new Set<{ readonly type: string; readonly listener: (value: never) => void }>();
  const queue: (readonly [type: string, value: unknown])[] = [];

  function notify([type, value]: (typeof queue)[number]): void {
    // A copy, so that listeners that are added during this call are not called yet.
    for (const entry of [...entries]) {
      if (entry.type !== type || !entries.has(entry)) continue;
      try {
        entry.listener(value as never);
      } catch (error) {
        report(error);
      }
    }
  }

  return {
    add(type, listener) {
      const entry = { type, listener: listener as (value: never) => void };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    call(type, value) {
      queue.push([type, value]);
      // A call that a listener causes waits until all listeners have been called with the current value.
      if (queue.length > 1) return;
      for (; queue[0]; queue.shift()) notify(queue[0]);
    },
  };
}

/** Throws an error as an uncaught exception. */
function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
