// Groups of agents: those whose ids have the same prefix.

/** Returns the prefix of an agent's id: up to and including its first slash; empty if it has none. */
export function groupOf(agentId: string): string {
  return agentId.slice(0, agentId.indexOf('/') + 1);
}

/** A heading of the list, or an agent below it. */
export type ListItem<Member> =
  { readonly group: string; readonly members: readonly Member[] } | { readonly agent: Member };

/** Returns the key of an item. Groups end in a slash, so that no group has the key of an agent without a group. */
export function keyOf(item: ListItem<{ readonly agentId: string }>): string {
  return 'agent' in item ? `agent ${item.agent.agentId}` : `group ${item.group}`;
}

// Numeric, so that team-2 comes before team-10.
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Returns the agents below the headings of their groups, in the order of the names; agents without a group come last. */
export function groupAgents<Member extends { readonly agentId: string }>(
  agents: readonly Member[],
): readonly ListItem<Member>[] {
  const members = new Map<string, Member[]>();
  for (const agent of agents) {
    const group = groupOf(agent.agentId);
    const list = members.get(group);
    if (list === undefined) members.set(group, [agent]);
    else list.push(agent);
  }
  return [...members.keys()].sort(inOrder).flatMap((group) => {
    const list = members.get(group) ?? [];
    return [{ group, members: list }, ...list.map((agent) => ({ agent }))];
  });
}

/** Returns the groups of the agents, in the order of their names. */
export function groupsOf(agents: readonly { readonly agentId: string }[]): readonly string[] {
  return [...new Set(agents.map(({ agentId }) => groupOf(agentId)))].sort(inOrder);
}

function inOrder(one: string, other: string): number {
  if ((one === '') !== (other === '')) return one === '' ? 1 : -1;
  return byName(one, other) || (one < other ? -1 : Number(one > other));
}
