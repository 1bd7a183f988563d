// Filters agents, and counts them by status.
import type { Agent, AgentStatus, SessionActivity } from '#sdk/client';
import { groupOf } from './groups';

/** `unknown` if only sessions of the agent have reported. */
export type Status = AgentStatus['status'] | 'unknown';

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

export const statusOf = ({ status }: Pick<Agent, 'status'>): Status => status ?? 'unknown';

/** Returns the words of a filter, in lower case. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** The agents with a session that has a word in its id or its message, by word. */
export type FoundAgents = ReadonlyMap<string, ReadonlySet<string>>;

/** A session is the same object until it changes, and most have not changed since the last search. */
const textsOfSessions = new WeakMap<SessionActivity, string>();

/** Searches sessions for each of the words. */
export function findInSessions(
  sessions: readonly SessionActivity[],
  words: readonly string[],
): FoundAgents {
  const found = new Map(words.map((word) => [word, new Set<string>()]));
  for (const session of sessions) {
    // No word contains a line break.
    const text =
      textsOfSessions.get(session) ?? `${session.sessionId}\n${session.lastMessage}`.toLowerCase();
    textsOfSessions.set(session, text);
    for (const [word, agents] of found) if (text.includes(word)) agents.add(session.agentId);
  }
  return found;
}

/** Returns the agents that match the filter, in the same order. @param found the result of a search for the words of the filter */
export function filterAgents<Member extends Pick<Agent, 'agentId' | 'status'>>(
  agents: readonly Member[],
  { text, status, group }: Filter,
  found: FoundAgents = new Map(),
): readonly Member[] {
  const words = wordsOf(text);
  if (words.length === 0 && status === undefined && group === undefined) return agents;
  return agents.filter((agent) => {
    const { agentId } = agent;
    if (status !== undefined && statusOf(agent) !== status) return false;
    if (group !== undefined && groupOf(agentId) !== group) return false;
    const name = agentId.toLowerCase();
    return words.every((word) => name.includes(word) || found.get(word)?.has(agentId) === true);
  });
}

/** Returns the number of agents of each status. */
export function countByStatus(
  agents: readonly Pick<Agent, 'status'>[],
): Readonly<Record<Status, number>> {
  const counts = { online: 0, offline: 0, error: 0, unknown: 0 };
  for (const agent of agents) counts[statusOf(agent)] += 1;
  return counts;
}
