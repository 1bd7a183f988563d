// What a client can see of the quantities that the cost model assumes.
import { utf8Length } from '#sdk/protocol';
import type { Snapshot } from './step';

/** The names are those of the cost model's load. What could not be measured is absent. */
export interface MeasuredState {
  /** Agents and sessions in a snapshot, without those of verifications. */
  readonly agents?: number;
  readonly sessions?: number;
  /** Average size of the messages of these events, in bytes of UTF-8. */
  readonly messageBytes?: number;
  readonly heartbeatSeconds?: number;
}

/** @param agentId the agent of this verification: all agents of verifications have the same prefix */
export function measuredOf(snapshot: Snapshot | undefined, agentId: string): MeasuredState {
  if (snapshot === undefined) return {};
  const prefix = agentId.replace(/[^-]*$/, '');
  const others = (texts: readonly string[]) =>
    texts.filter((text) => !text.includes(`"agentId":"${prefix}`));
  const [agents, sessions] = [others(snapshot.agents), others(snapshot.sessions)];
  const texts = [...agents, ...sessions];
  const bytes = texts.reduce((sum, text) => sum + utf8Length(text), 0);
  const { heartbeatSeconds } = snapshot;
  return {
    agents: agents.length,
    sessions: sessions.length,
    ...(texts.length === 0 ? {} : { messageBytes: Math.round(bytes / texts.length) }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
  };
}
