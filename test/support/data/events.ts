// Events as the protocol has them, in one line each.
import type { AgentStatus, EventMessage } from '#sdk/protocol';

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
