// The statuses of an agent, from its events.
import type { ClientEvent } from '#sdk/client';
import { statusPeriods } from '#dashboard/page/model/agents/agent-history';

const statusAt = (
  timestamp: number,
  status: 'online' | 'offline' | 'error',
  source: 'live' | 'snapshot' = 'live',
): ClientEvent => ({
  id: timestamp,
  type: 'agent:status',
  current: { agentId: 'a', status, timestamp },
  previous: undefined,
  source,
});
const messageAt = (timestamp: number, sessionId: string): ClientEvent => ({
  id: timestamp,
  type: 'session:activity',
  current: { agentId: 'a', sessionId, lastMessage: `message ${timestamp}`, timestamp },
  previous: undefined,
  source: 'live',
});

it('lists how long an agent had each status, the newest first, and takes repeated reports together', () => {
  const events = [
    statusAt(5, 'online'),
    messageAt(4, 's'),
    statusAt(3, 'error'),
    statusAt(2, 'error'),
    statusAt(1, 'online', 'snapshot'),
  ];
  expect(statusPeriods(events)).toEqual([
    { id: 5, status: 'online', from: 5, until: undefined, isRestored: false },
    { id: 2, status: 'error', from: 2, until: 5, isRestored: false },
    { id: 1, status: 'online', from: 1, until: 2, isRestored: true },
  ]);
});

it('has no periods without statuses', () => {
  expect(statusPeriods([messageAt(1, 's')])).toEqual([]);
});
