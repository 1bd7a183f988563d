// What is known of agents and sessions: last-writer-wins registers, as the server keeps them.
import {
  definitionOf,
  eventTypeDefinitions,
  type AnyPayload,
  type Definition,
  type EventMessage,
  type EventType,
  type Payload,
} from '../../protocol/event-message';
import { idsIn, isNewer, versionIn } from '../../protocol/registers';

/** A register that has changed. */
interface ChangeOf<Type extends EventType> {
  readonly type: Type;
  /** What it holds now. */
  readonly current: Payload<Type>;
  /** What it held before; undefined for an agent or a session that was not known. */
  readonly previous: Payload<Type> | undefined;
  /** Whether it was told when it happened, or by the snapshot of a connection that has just been opened. */
  readonly source: Source;
}

export type Source = 'live' | 'snapshot';
/** A change of an agent's status or of a session's activity. */
export type Change = { [Type in EventType]: ChangeOf<Type> }[EventType];

/** The registers of a client: a map for each event type, by {@link registerKey}. */
export type RegisterMaps = {
  readonly [One in Definition as One['list']]: ReadonlyMap<string, Payload<One['type']>>;
};

/** The key of a register in the map of its type: its ids in their order, or the id itself if it has but one. */
export function registerKey(...ids: readonly [string, ...string[]]): string {
  return ids.length > 1 ? JSON.stringify(ids) : ids[0];
}

/**
 * The key of a session in the map `sessions` of a client: agents may give their sessions the same ids.
 * @function
 * @alias
 */
export const sessionKey: (agentId: string, sessionId: string) => string = registerKey;

export interface Registers {
  readonly maps: RegisterMaps;
  /** Takes a value that is newer than the one known. Returns what has changed; undefined when it was not newer. */
  readonly merge: (event: EventMessage, source: Source) => Change | undefined;
}

export function createRegisters(): Registers {
  const maps = Object.fromEntries(
    eventTypeDefinitions.map(({ list }) => [list, new Map<string, AnyPayload>()]),
  ) as Record<Definition['list'], Map<string, AnyPayload>>;
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
      // The map that was chosen by the type holds values of that type.
      return { type, current, previous, source } as Change;
    },
  };
}
