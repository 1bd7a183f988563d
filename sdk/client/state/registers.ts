// Keeps the newest event of each agent and session in last-writer-wins registers, as the server does.
import {
  definitionOf,
  eventTypeDefinitions,
  isOfSession,
  type AnyPayload,
  type Definition,
  type EventMessage,
  type EventType,
  type Payload,
} from '../../protocol/event-message';
import type { AgentFilter } from '../../protocol/agent-patterns';
import { systemClock } from '../dependencies';
import { idsIn, isNewer, versionIn } from '../../protocol/registers';

/** The change of a register. */
interface ChangeOf<Type extends EventType> {
  readonly type: Type;
  /** The current value. */
  readonly current: Payload<Type>;
  /** The previous value; undefined for a new agent or session. */
  readonly previous: Payload<Type> | undefined;
  /** `live`: received when it happened; `snapshot`: received because a connection was opened. */
  readonly source: Source;
}

/** How an event was received: as a message, or in a snapshot. */
export type Source = 'live' | 'snapshot';
/** The change of a register, of any event type. */
export type Change = { [Type in EventType]: ChangeOf<Type> }[EventType];

/** A register with its last value. */
export type Register = {
  [Type in EventType]: { readonly type: Type; readonly value: Payload<Type> };
}[EventType];

/** How long the server keeps registers after their last event, in seconds. */
export interface Lifetimes {
  /** For event types without a `sessionId`. */
  readonly agents: number;
  /** For event types with a `sessionId`. */
  readonly sessions: number;
}

/** The registers of a client: a map for each event type, by {@link registerKey}. */
export type RegisterMaps = {
  readonly [One in Definition as One['list']]: ReadonlyMap<string, Payload<One['type']>>;
};

/** Returns the key of a register in the map of its type: the id, or several ids in their order as a JSON array. */
export function registerKey(...ids: readonly [string, ...string[]]): string {
  return ids.length > 1 ? JSON.stringify(ids) : ids[0];
}

/**
 * Returns the key of a session in the map `sessions` of a client. It contains both ids, because sessions of different agents may have the same id.
 * @function
 * @alias
 */
export const sessionKey: (agentId: string, sessionId: string) => string = registerKey;

export interface Registers {
  readonly maps: RegisterMaps;
  /** Stores an event in its register. Returns the change; undefined if the event is stale. */
  readonly merge: (event: EventMessage, source: Source) => Change | undefined;
  /** Removes the registers of all agents that the filter does not match, and returns them. */
  readonly forgetOthers: (visible: AgentFilter) => Register[];
  /**
   * Removes the registers that the server has forgotten, and returns them. The server keeps a register for its lifetime after
   * it has received the event.
   * @param now the server's time, in milliseconds since the Unix epoch
   */
  readonly forgetExpired: (now: number, lifetimes: Lifetimes) => Register[];
}

/**
 * Creates empty registers for all event types.
 * @param local the local clock, by which the time since the server's was last known is measured
 */
export function createRegisters(local: Pick<typeof systemClock, 'now'> = systemClock): Registers {
  const maps = Object.fromEntries(
    eventTypeDefinitions.map(({ list }) => [list, new Map<string, AnyPayload>()]),
  ) as Record<Definition['list'], Map<string, AnyPayload>>;
  /** When the server has received the events, in milliseconds by its clock, as far as it is known. */
  const receivedAt = new WeakMap<AnyPayload, number>();
  let serverTime: number | undefined;
  /** The local time at which the server's was last known. */
  let heardAt = 0;

  /** Removes the registers for which `isForgotten` returns true, and returns them. */
  function forget(isForgotten: (value: AnyPayload, type: EventType) => boolean): Register[] {
    const forgotten: { type: EventType; value: AnyPayload }[] = [];
    for (const { type, list } of eventTypeDefinitions) {
      for (const [key, value] of maps[list]) {
        if (!isForgotten(value, type)) continue;
        maps[list].delete(key);
        forgotten.push({ type, value });
      }
    }
    return forgotten as Register[];
  }

  return {
    maps: maps as unknown as RegisterMaps,
    merge({ type, payload: current }, source) {
      const definition = definitionOf(type);
      const values = maps[definition.list];
      const key = registerKey(...idsIn(definition, current));
      const previous = values.get(key);
      if (previous && !isNewer(versionIn(definition, current), versionIn(definition, previous)))
        return undefined;
      values.set(key, current);
      if (source === 'live' && serverTime) {
        // The server's time may have been unknown for days: the page was hidden, or the device asleep.
        receivedAt.set(current, serverTime + Math.max(0, local.now() - heardAt));
      }
      // TypeScript does not know that the map of a type has values of that type.
      return { type, current, previous, source } as Change;
    },
    forgetOthers: (visible) => forget(({ agentId }) => !visible.matches(agentId)),
    forgetExpired(now, lifetimes) {
      [serverTime, heardAt] = [now, local.now()];
      return forget((value, type) => {
        const lifetimeMs = 1000 * (isOfSession(type) ? lifetimes.sessions : lifetimes.agents);
        let at = receivedAt.get(value);
        if (at === undefined) {
          // From a snapshot, usually received when it was reported. If it is older than that, the backend has reported it late.
          const { timestamp } = value;
          at = now - timestamp < lifetimeMs ? Math.min(timestamp, now) : now;
          receivedAt.set(value, at);
        }
        // The local clock was set forward.
        if (at > now) receivedAt.set(value, (at = now));
        return now - at >= lifetimeMs;
      });
    },
  };
}
