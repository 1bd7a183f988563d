// Groups sessions by agent.
import type { AgentStatus, SessionActivity } from '#sdk/client';
import type { FeedEvent } from './feed';

/** An agent with its sessions. It is the same object until the agent or one of its sessions changes. */
export interface AgentEntry {
  readonly agentId: string;
  /** `unknown` if only events of its sessions have been received. */
  readonly status: AgentStatus['status'] | 'unknown';
  /** The time since which the agent has this status, in milliseconds since the Unix epoch; undefined if it is unknown. */
  readonly since: number | undefined;
  /** The newest {@link keptSessions} sessions, the newest first. */
  readonly sessions: readonly SessionActivity[];
}

export interface AgentEntries {
  /** Adds an event, which must be newer than those of its register. */
  readonly take: (event: FeedEvent) => void;
  /** Forgets all agents except these. */
  readonly keepOnly: (agentIds: ReadonlySet<string>) => void;
  /** Returns the agents, sorted by name. It is the same list until an agent changes. */
  readonly read: () => readonly AgentEntry[];
}

/** The maximum number of sessions of an agent. */
export const keptSessions = 50;

interface Known {
  status?: AgentStatus;
  readonly sessions: Map<string, SessionActivity>;
}

// Numeric, so that agent-2 comes before agent-10.
const byName = new Intl.Collator('en', { numeric: true }).compare;

/** Creates an empty list of agents. */
export function createAgentEntries(): AgentEntries {
  const agents = new Map<string, Known>();
  const changed = new Set<string>();
  const entries = new Map<string, AgentEntry>();
  let names: readonly string[] = [];
  let hasForgotten = false;
  let list: readonly AgentEntry[] = [];
  return {
    take({ type, event }) {
      const known: Known = agents.get(event.agentId) ?? { sessions: new Map() };
      agents.set(event.agentId, known);
      if (type === 'agent:status') known.status = event;
      else known.sessions.set(event.sessionId, event);
      changed.add(event.agentId);
    },
    keepOnly(agentIds) {
      for (const agentId of agents.keys()) {
        if (agentIds.has(agentId)) continue;
        for (const all of [agents, entries, changed]) all.delete(agentId);
        hasForgotten = true;
      }
    },
    read() {
      if (changed.size === 0 && !hasForgotten) return list;
      for (const agentId of changed) {
        const known = agents.get(agentId);
        if (known !== undefined) entries.set(agentId, entryOf(agentId, known));
      }
      changed.clear();
      // As many new agents as forgotten ones may have come.
      if (hasForgotten || entries.size !== names.length) names = [...entries.keys()].sort(byName);
      hasForgotten = false;
      list = names.flatMap((name) => entries.get(name) ?? []);
      return list;
    },
  };
}

function entryOf(agentId: string, { status, sessions }: Known): AgentEntry {
  const newestFirst = [...sessions.values()].sort((one, other) => other.timestamp - one.timestamp);
  // Over time, an agent can have any number of sessions.
  for (const { sessionId } of newestFirst.splice(keptSessions)) sessions.delete(sessionId);
  return {
    agentId,
    status: status?.status ?? 'unknown',
    since: status?.timestamp,
    sessions: newestFirst,
  };
}
