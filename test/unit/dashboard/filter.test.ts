// Which agents and events are shown, and in which order.
import { addToFeed } from '../../../dashboard/page/feed';
import {
  countByStatus,
  filterAgents,
  isInFeed,
  noFilter,
  type Filter,
} from '../../../dashboard/page/filter';
import { activityOf, agentOf, statusOf } from '../../support/agent-entries';

const session = { agentId: 'beta', sessionId: 'session-7', lastMessage: 'Writes Tests' };
const agents = [
  agentOf('alpha'),
  agentOf('beta', 'offline', { ...session, timestamp: 1 }),
  agentOf('gamma', 'error'),
  agentOf('delta', 'unknown'),
];
const shown = (filter: Partial<Filter>) =>
  filterAgents(agents, { ...noFilter, ...filter }).map(({ agentId }) => agentId);

test('what is wrong comes first, the rest stays as it is', () => {
  expect(shown({})).toEqual(['gamma', 'alpha', 'beta', 'delta']);
});

test.each([
  ['part of a name', 'LPH', ['alpha']],
  ['a session', 'session-7', ['beta']],
  ['words of a message and of the name', ' tests  bet ', ['beta']],
  ['a word that is nowhere', 'beta nowhere', []],
])('by text: %s', (_name, text, names) => {
  expect(shown({ text })).toEqual(names);
});

test('by status, and by both', () => {
  expect(shown({ status: 'offline' })).toEqual(['beta']);
  expect(shown({ status: 'unknown' })).toEqual(['delta']);
  expect(shown({ status: 'offline', text: 'alpha' })).toEqual([]);
});

test('events: by their words, and those of a status by the status', () => {
  const feed = addToFeed(
    [],
    [
      activityOf('alpha', 'session-1', 'Reads', 1),
      statusOf('alpha', 'error', 2),
      statusOf('beta', 'online', 3),
    ],
  );
  const times = (filter: Partial<Filter>) =>
    feed
      .filter((entry) => isInFeed(entry, { ...noFilter, ...filter }))
      .map(({ event }) => event.timestamp);
  expect(times({})).toEqual([3, 2, 1]);
  expect(times({ text: 'ALPHA' })).toEqual([2, 1]);
  expect(times({ text: 'reads session-1' })).toEqual([1]);
  expect(times({ status: 'error' })).toEqual([2, 1]);
});

test('all are counted by status', () => {
  expect(countByStatus(agents)).toEqual({ online: 1, offline: 1, error: 1, unknown: 1 });
});
