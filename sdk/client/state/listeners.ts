// Listeners by type. If one throws, the others are called nevertheless.

/** The only argument of the listeners of a type. */
type Value<Listener> = Listener extends (value: infer Argument) => void ? Argument : never;

export interface Listeners<Types> {
  /** Returns how to remove it. The same listener may be added twice, and is removed once for each. */
  readonly add: <Type extends keyof Types & string>(
    type: Type,
    listener: Types[Type],
  ) => () => void;
  readonly call: <Type extends keyof Types & string>(type: Type, value: Value<Types[Type]>) => void;
}

export function createListeners<Types>(): Listeners<Types> {
  const entries = new Set<{ readonly type: string; readonly listener: (value: never) => void }>();
  const news: (readonly [type: string, value: unknown])[] = [];

  function tell([type, value]: (typeof news)[number]): void {
    // A listener that is added meanwhile is called from the next one on.
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
      news.push([type, value]);
      // If a listener causes the next call, that has to wait until all have had this one.
      if (news.length > 1) return;
      for (; news[0]; news.shift()) tell(news[0]);
    },
  };
}

/** Reports an error as an uncaught one. */
function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
