// What is known of agents and sessions: last-writer-wins registers, as the server keeps them.
import type { AgentStatus, EventMessage, SessionActivity } from '../../protocol';
import { isNewer, versionOf } from '../../protocol/registers';

/** A register that has changed. */
interface ChangeOf<Type extends EventMessage['type'], Value> {
  readonly type: Type;
  /** What it holds now. */
  readonly current: Value;
  /** What it held before; undefined for an agent or a session that was not known. */
  readonly previous: Value | undefined;
  /** Whether it was told when it happened, or by the snapshot of a connection that has just been opened. */
  readonly source: Source;
}

export type Source = 'live' | 'snapshot';
/** A change of an agent's status or of a session's activity. */
export type Change =
  ChangeOf<'agent:status', AgentStatus> | ChangeOf<'session:activity', SessionActivity>;

/** The key of a session in the map `sessions` of a client: agents may give their sessions the same ids. */
export function sessionKey(agentId: string, sessionId: string): string {
  return JSON.stringify([agentId, sessionId]);
}

export class Registers {
  /** By agent id. */
  readonly agents = new Map<string, AgentStatus>();
  /** By {@link sessionKey}. */
  readonly sessions = new Map<string, SessionActivity>();

  /** Takes a value that is newer than the one known. Returns what has changed; undefined when it was not newer. */
  merge(event: EventMessage, source: Source = 'live'): Change | undefined {
    const { type, payload: current } = event;
    const { agentId } = current;
    const [values, key]: [Map<string, Change['current']>, string] =
      'sessionId' in current
        ? [this.sessions, sessionKey(agentId, current.sessionId)]
        : [this.agents, agentId];
    const previous = values.get(key);
    if (previous && !isNewer(versionOf(current), versionOf(previous))) return undefined;
    values.set(key, current);
    // The map that was chosen by the type holds values of that type.
    return { type, current, previous, source } as Change;
  }
}
