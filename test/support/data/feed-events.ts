// Events in the form that the feed of the dashboard accepts, in one line each.
import type { FeedEvent } from '#dashboard/page/model/events/event-filter';

type Source = FeedEvent['source'];

export const feedStatus = (
  id: number,
  agentId: string,
  status: 'online' | 'offline' | 'error',
  timestamp = id,
  source: Source = 'live',
): FeedEvent => ({
  ...{ id, source, previous: undefined },
  ...{ type: 'agent:status', current: { agentId, status, timestamp } },
});

export const feedActivity = (
  id: number,
  agentId: string,
  sessionId: string,
  lastMessage: string,
  source: Source = 'live',
): FeedEvent => ({
  ...{ id, source, previous: undefined },
  ...{ type: 'session:activity', current: { agentId, sessionId, lastMessage, timestamp: id } },
});
