// Events of the protocol, in one line each.
import type { AgentStatus, EventMessage } from '#sdk/protocol';
import { eventTypeDefinitions, type SnapshotLists } from '#sdk/protocol/event-message';

export const agentEvent = (
  agentId: string,
  status: AgentStatus['status'],
  timestamp: number,
): EventMessage => ({ type: 'agent:status', payload: { agentId, status, timestamp } });

export const sessionEvent = (
  agentId: string,
  sessionId: string,
  lastMessage: string,
  timestamp: number,
): EventMessage => ({
  type: 'session:activity',
  payload: { agentId, sessionId, lastMessage, timestamp },
});

/** What the snapshots of a deployment with the default settings say about it. */
export const snapshotFacts = {
  heartbeatSeconds: 30,
  lifetimeSeconds: { agents: 604_800, sessions: 86_400 },
};

/** The empty lists of a snapshot, one for each event type. */
export const emptyLists = () =>
  Object.fromEntries(
    eventTypeDefinitions.map(({ list }) => [list, []]),
  ) as unknown as SnapshotLists;
