// Which agents and events a filter selects, and the order of agents.
import { addToFeed } from '#dashboard/page/model/feed';
import {
  countByStatus,
  feedFilter,
  filterAgents,
  noFilter,
  type Filter,
} from '#dashboard/page/model/filter';
import { activityOf, agentOf, statusOf } from '../../../support/data/agent-entries';

const session = { agentId: 'beta', sessionId: 'session-7', lastMessage: 'Writes Tests' };
const agents = [
  agentOf('alpha'),
  agentOf('beta', 'offline', { ...session, timestamp: 1 }),
  agentOf('gamma', 'error'),
  agentOf('delta', 'unknown'),
];
const shown = (filter: Partial<Filter>) =>
  filterAgents(agents, { ...noFilter, ...filter }).map(({ agentId }) => agentId);

it('puts agents in error first, and keeps the order of the others', () => {
  expect(shown({})).toEqual(['gamma', 'alpha', 'beta', 'delta']);
});

it.each([
  ['part of a name', 'LPH', ['alpha']],
  ['a session', 'session-7', ['beta']],
  ['words of a message and of the name', ' tests  bet ', ['beta']],
  ['a word that does not occur', 'beta nowhere', []],
])('selects agents by text: %s', (_name, text, names) => {
  expect(shown({ text })).toEqual(names);
});

it('selects agents by status, and by status and text', () => {
  expect(shown({ status: 'offline' })).toEqual(['beta']);
  expect(shown({ status: 'unknown' })).toEqual(['delta']);
  expect(shown({ status: 'offline', text: 'alpha' })).toEqual([]);
});

it('selects agents by group, and those without a group', () => {
  const members = [agentOf('team/1'), agentOf('team/2'), agentOf('solo')];
  const names = (group: string) =>
    filterAgents(members, { ...noFilter, group }).map(({ agentId }) => agentId);
  expect([names('team/'), names('')]).toEqual([['team/1', 'team/2'], ['solo']]);
});

it('selects events by their text, and by the reported status or the status of their agent', () => {
  const feed = addToFeed(
    [],
    [
      activityOf('alpha', 'session-1', 'Reads', 1),
      statusOf('alpha', 'error', 2),
      statusOf('beta', 'online', 3),
      activityOf('gamma', 'session-2', 'Fails', 4),
    ],
  );
  const times = (filter: Partial<Filter>) =>
    feed.filter(feedFilter(agents, { ...noFilter, ...filter })).map(({ event }) => event.timestamp);
  expect(times({})).toEqual([4, 3, 2, 1]);
  expect(times({ text: 'ALPHA' })).toEqual([2, 1]);
  expect(times({ text: 'reads session-1' })).toEqual([1]);
  // In `agents`, alpha is online, and gamma is in error.
  expect(times({ status: 'error' })).toEqual([4, 2]);
  expect(times({ status: 'online' })).toEqual([3, 1]);
  expect(times({ status: 'error', text: 'fails' })).toEqual([4]);
});

it('counts agents by status', () => {
  expect(countByStatus(agents)).toEqual({ online: 1, offline: 1, error: 1, unknown: 1 });
});
