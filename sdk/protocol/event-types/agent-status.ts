// Defines the event type `agent:status`: the status of an agent.
import { defineEventType } from '../event-type';

export const agentStatus = defineEventType({
  type: 'agent:status',
  fields: {
    agentId: 'id',
    // Online: running and healthy; offline: stopped; error: failed.
    status: ['online', 'offline', 'error'],
    timestamp: 'timestamp',
  },
  value: 'status',
  list: 'agents',
  whenSilent: 'offline',
});
