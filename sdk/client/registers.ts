// What is known of agents and sessions: last-writer-wins registers, as the server keeps them.
import type { AgentStatus, EventFrame, SessionActivity } from '../protocol';
import { isNewer, registerOf, versionOf } from '../protocol/registers';

/** The key of a session in {@link Registers.sessions}: agents may give their sessions the same ids. */
export function sessionKey(agentId: string, sessionId: string): string {
  return JSON.stringify([agentId, sessionId]);
}

export class Registers {
  /** By agent id. */
  readonly agents = new Map<string, AgentStatus>();
  /** By {@link sessionKey}. */
  readonly sessions = new Map<string, SessionActivity>();

  /** Takes a value that is newer than the one known. Returns whether it was. */
  merge(event: EventFrame): boolean {
    const { type, payload } = event;
    return type === 'agent:status'
      ? replace(this.agents, payload.agentId, payload)
      : replace(this.sessions, registerOf(event), payload);
  }
}

function replace<Value extends AgentStatus | SessionActivity>(
  values: Map<string, Value>,
  key: string,
  value: Value,
): boolean {
  const known = values.get(key);
  if (known !== undefined && !isNewer(versionOf(value), versionOf(known))) return false;
  values.set(key, value);
  return true;
}
