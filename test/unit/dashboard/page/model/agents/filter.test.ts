// Which agents a filter selects.
import {
  countByStatus,
  filterAgents,
  findInSessions,
  noFilter,
  wordsOf,
  type Filter,
} from '#dashboard/page/model/agents/filter';

const sessions = [
  { agentId: 'beta', sessionId: 'session-7', lastMessage: 'Writes Tests', timestamp: 2 },
  { agentId: 'beta', sessionId: 'session-8', lastMessage: 'Reads', timestamp: 1 },
];
const agents = [
  { agentId: 'alpha', status: 'online' },
  { agentId: 'beta', status: 'offline' },
  { agentId: 'gamma', status: 'error' },
  { agentId: 'team/delta', status: undefined },
] as const;

function shown(changed: Partial<Filter>) {
  const filter = { ...noFilter, ...changed };
  const found = findInSessions(sessions, wordsOf(filter.text));
  return filterAgents(agents, filter, found).map(({ agentId }) => agentId);
}

it.each<[string, Partial<Filter>, string[]]>([
  ['part of a name', { text: 'LPH' }, ['alpha']],
  ['a session', { text: 'session-7' }, ['beta']],
  ['words of two sessions and of the name', { text: ' tests  bet reads' }, ['beta']],
  ['a word that does not occur', { text: 'beta nowhere' }, []],
  ['the end of an id and the beginning of its message', { text: '7writes' }, []],
  ['a status', { status: 'offline' }, ['beta']],
  ['no status', { status: 'unknown' }, ['team/delta']],
  ['a status and a text', { status: 'offline', text: 'alpha' }, []],
  ['a group', { group: 'team/' }, ['team/delta']],
  ['no group', { group: '' }, ['alpha', 'beta', 'gamma']],
  ['nothing', {}, ['alpha', 'beta', 'gamma', 'team/delta']],
])('selects agents by %s, in their order', (_name, filter, names) => {
  expect(shown(filter)).toEqual(names);
});

it('keeps the list if the filter selects all agents, so that nothing renders', () => {
  expect(filterAgents(agents, noFilter)).toBe(agents);
});

it('finds the new message of a session, and not the one before', () => {
  const [first] = sessions;
  const changed = sessions.map((each) =>
    each === first ? { ...each, lastMessage: 'Sleeps' } : each,
  );
  const found = findInSessions(changed, ['tests', 'sleeps']);
  expect([...found].map(([word, ids]) => [word, [...ids]])).toEqual([
    ['tests', []],
    ['sleeps', ['beta']],
  ]);
});

it('counts agents by status', () => {
  expect(countByStatus(agents)).toEqual({ online: 1, offline: 1, error: 1, unknown: 1 });
});
