// The status of an agent.
import { defineEventType } from '../event-type';

export const agentStatus = defineEventType({
  type: 'agent:status',
  fields: {
    agentId: 'id',
    // Running and healthy, stopped, or failed.
    status: ['online', 'offline', 'error'],
    timestamp: 'timestamp',
  },
  value: 'status',
  list: 'agents',
});
