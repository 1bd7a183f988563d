// Who hears of what. A listener that throws is a fault of its own, not of the others.
import { globals } from '../dependencies';

/** The only argument of the listeners of a type. */
type Value<Listener> = Listener extends (value: infer Argument) => void ? Argument : never;

export interface Listeners<Types> {
  /** The same listener may be added twice: each has its own end. */
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
    // Who comes while it is told hears of the next one.
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
      // A listener that brings about the next news must not be overtaken by it.
      if (news.length > 1) return;
      for (; news[0]; news.shift()) tell(news[0]);
    },
  };
}

/** As if nobody had caught it. */
function report(error: unknown): void {
  if (globals.reportError) globals.reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
