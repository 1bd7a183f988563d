// Agents and events in the form that the dashboard's parts accept, in one line each.
import type { AgentEntry } from '#dashboard/page/model/agent-entries';
import type { FeedEvent } from '#dashboard/page/model/feed';

export const statusOf = (
  agentId: string,
  status: 'online' | 'offline' | 'error',
  timestamp: number,
): FeedEvent => ({ type: 'agent:status', event: { agentId, status, timestamp } });

export const activityOf = (
  agentId: string,
  sessionId: string,
  lastMessage: string,
  timestamp: number,
): FeedEvent => ({
  type: 'session:activity',
  event: { agentId, sessionId, lastMessage, timestamp },
});

export const agentOf = (
  agentId: string,
  status: AgentEntry['status'] = 'online',
  ...sessions: AgentEntry['sessions']
): AgentEntry => ({ agentId, status, since: 1, sessions });
