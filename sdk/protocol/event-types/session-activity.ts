// Defines the event type `session:activity`: the newest message of a session.
import { defineEventType } from '../event-type';

export const sessionActivity = defineEventType({
  type: 'session:activity',
  fields: { agentId: 'id', sessionId: 'id', lastMessage: 'string', timestamp: 'timestamp' },
  value: 'lastMessage',
  list: 'sessions',
});
