// Agents by the prefix of their ids.
import { groupAgents, groupOf, groupsOf } from '#dashboard/page/model/agents/groups';

const agents = ['team-10/a', 'solo', 'team-2/b', 'team-2/a/x', 'other'].map((agentId) => ({
  agentId,
}));

it.each([
  ['team-a/1', 'team-a/'],
  ['team-a/sub/1', 'team-a/'],
  ['/1', '/'],
  ['solo', ''],
])('%s is in the group "%s"', (agentId, group) => {
  expect(groupOf(agentId)).toBe(group);
});

it('puts agents below headings in numeric order, keeps their order in a group, and puts those without a group last', () => {
  const lines = groupAgents(agents).map((item) =>
    'agent' in item ? item.agent.agentId : `${item.group}: ${item.members.length}`,
  );
  expect(lines).toEqual([
    'team-2/: 2',
    'team-2/b',
    'team-2/a/x',
    'team-10/: 1',
    'team-10/a',
    ': 2',
    'solo',
    'other',
  ]);
  expect(groupsOf(agents)).toEqual(['team-2/', 'team-10/', '']);
});

it('has the same order for names that differ only in leading zeros, however the agents come', () => {
  const names = ['a1/x', 'a01/x', 'a001/x'].map((agentId) => ({ agentId }));
  expect(groupsOf(names)).toEqual(groupsOf(names.toReversed()));
});
