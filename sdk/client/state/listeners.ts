// Who hears of what. A listener that throws is a fault of its own, not of the others.
import type { AgentStatus, SessionActivity } from '../../protocol';
import type { Connection } from '../connection/connection';
import type { Change } from './registers';
import { globals } from '../dependencies';

/** The listener of each type that `on` takes. */
export interface ListenerTypes {
  /** The newest status of an agent has changed. */
  'agent:status': (status: AgentStatus) => void;
  /** The newest activity of a session has changed. */
  'session:activity': (activity: SessionActivity) => void;
  /** After the listeners of each single value: all that one message has changed, or one batch, in its order. */
  change: (news: { readonly changes: readonly Change[] }) => void;
  /** The state of the connection has changed. */
  connection: (connection: Connection) => void;
}

type Value<Type extends keyof ListenerTypes> = Parameters<ListenerTypes[Type]>[0];

export interface Listeners {
  /** The same listener may be added twice: each has its own end. */
  readonly add: <Type extends keyof ListenerTypes>(
    type: Type,
    listener: ListenerTypes[Type],
  ) => () => void;
  readonly call: <Type extends keyof ListenerTypes>(type: Type, value: Value<Type>) => void;
}

export function createListeners(): Listeners {
  const byType = new Map<string, Set<{ readonly listener: (value: never) => void }>>();
  const news: { readonly type: string; readonly value: unknown }[] = [];

  function tell({ type, value }: (typeof news)[number]): void {
    const entries = byType.get(type) ?? new Set();
    // Who comes while it is told hears of the next one.
    for (const entry of [...entries]) {
      if (!entries.has(entry)) continue;
      try {
        entry.listener(value as never);
      } catch (error) {
        report(error);
      }
    }
  }

  return {
    add(type, listener) {
      const entry = { listener };
      const entries = byType.get(type) ?? new Set();
      byType.set(type, entries.add(entry));
      return () => {
        entries.delete(entry);
      };
    },
    call(type, value) {
      news.push({ type, value });
      // A listener that brings about the next news must not be overtaken by it.
      if (news.length > 1) return;
      while (news[0] !== undefined) {
        tell(news[0]);
        news.shift();
      }
    },
  };
}

/** As if nobody had caught it. */
function report(error: unknown): void {
  if (globals.reportError !== undefined) globals.reportError(error);
  else
    queueMicrotask(() => {
      throw error;
    });
}
