// Who hears of what. A listener that throws is a fault of its own, not of the others.
import type { AgentStatus, SessionActivity } from '../protocol';
import type { Connection } from './connection';
import { globals } from './world';

export interface ListenerTypes {
  'agent:status': (status: AgentStatus) => void;
  'session:activity': (activity: SessionActivity) => void;
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
      for (const { listener } of byType.get(type) ?? []) {
        try {
          listener(value as never);
        } catch (error) {
          report(error);
        }
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
