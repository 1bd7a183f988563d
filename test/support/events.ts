// Events as the protocol has them, in one line each.
import type { AgentStatus, EventFrame } from '#sdk/protocol';

export const agentEvent = (
  agentId: string,
  status: AgentStatus['status'],
  timestamp: number,
): EventFrame => ({ type: 'agent:status', payload: { agentId, status, timestamp } });

export const sessionEvent = (
  agentId: string,
  sessionId: string,
  lastMessage: string,
  timestamp: number,
): EventFrame => ({
  type: 'session:activity',
  payload: { agentId, sessionId, lastMessage, timestamp },
});
