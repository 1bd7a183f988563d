// Filters agents and events, and determines the order of agents.
import type { AgentEntry } from './agent-entries';
import type { FeedEntry } from './feed';
import { groupOf } from './groups';

export type Status = AgentEntry['status'];

/** All statuses, in the order of the buttons. */
export const statuses: readonly Status[] = ['error', 'online', 'offline', 'unknown'];

export interface Filter {
  /** Words, each of which must occur in the id of an agent, in the ids of its sessions or in their messages. */
  readonly text: string;
  /** The status that is shown; undefined for all. */
  readonly status: Status | undefined;
  /** The group that is shown, a prefix of agent ids; empty for agents without a group; undefined for all. */
  readonly group: string | undefined;
}

export const noFilter: Filter = { text: '', status: undefined, group: undefined };

/** Returns the agents that match the filter: those with errors first, and otherwise in the same order. */
export function filterAgents(
  agents: readonly AgentEntry[],
  { text, status, group }: Filter,
): readonly AgentEntry[] {
  const words = wordsOf(text);
  const shown = agents.filter(
    (agent) =>
      (status === undefined || agent.status === status) &&
      isIn(agent.agentId, group) &&
      hasAll(agent, words),
  );
  const isWrong = (agent: AgentEntry) => agent.status === 'error';
  return [...shown.filter(isWrong), ...shown.filter((agent) => !isWrong(agent))];
}

/**
 * Returns a function that checks whether an event matches the filter: its words, and the status of the event or, if the
 * event has none, of its agent.
 */
export function feedFilter(
  agents: readonly AgentEntry[],
  { text, status, group }: Filter,
): (entry: FeedEntry) => boolean {
  const words = wordsOf(text);
  const names = new Set(
    status === undefined
      ? []
      : agents.filter((agent) => agent.status === status).map(({ agentId }) => agentId),
  );
  return ({ type, event }) => {
    if (!isIn(event.agentId, group)) return false;
    if (type === 'agent:status') {
      return (status === undefined || event.status === status) && matches([event.agentId], words);
    }
    return (
      (status === undefined || names.has(event.agentId)) &&
      matches([event.agentId, event.sessionId, event.lastMessage], words)
    );
  };
}

/** Returns the number of agents of each status. */
export function countByStatus(agents: readonly AgentEntry[]): Readonly<Record<Status, number>> {
  const counts = { online: 0, offline: 0, error: 0, unknown: 0 };
  for (const { status } of agents) counts[status] += 1;
  return counts;
}

const isIn = (agentId: string, group: string | undefined) =>
  group === undefined || groupOf(agentId) === group;

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

function hasAll({ agentId, sessions }: AgentEntry, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const texts = sessions.flatMap(({ sessionId, lastMessage }) => [sessionId, lastMessage]);
  return matches([agentId, ...texts], words);
}

function matches(texts: readonly string[], words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const lower = texts.map((text) => text.toLowerCase());
  return words.every((word) => lower.some((text) => text.includes(word)));
}
