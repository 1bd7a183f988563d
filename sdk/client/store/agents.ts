// Derives from the registers what is known of each agent, and keeps the agents sorted.
import type { AgentStatus } from '../../protocol';
import type { MissionControl } from '../mission-control';
import type { Change, Register } from '../state/registers';
import { allRegisters } from './register-lists';
import { Sorted, type Order } from './sorted';

/** What a client knows of an agent: the same object until it changes. Times are milliseconds since the Unix epoch. */
export interface Agent {
  readonly agentId: string;
  /** Its newest status; undefined if only its sessions have reported. */
  readonly status: AgentStatus['status'] | undefined;
  /**
   * The time of the first report of this status that the client knows: a repeated report of the same status does not change
   * it. Undefined without a status.
   */
  readonly since: number | undefined;
  /** The time of its newest event of any type; undefined if it is unknown. */
  readonly lastSeen: number | undefined;
  /** Whether the client has received anything of this agent. */
  readonly isKnown: boolean;
  /**
   * Whether the client has received nothing of this agent, but still may: it is not synced, or has not asked for the agent
   * yet. If neither `isKnown` nor `isPending` is true, the agent has not reported, or the user may not see it.
   */
  readonly isPending: boolean;
}

/**
 * An order of agents. `name`: `agent-2` before `agent-10`; `newest`: by `lastSeen`, the newest first; `attention`: those with
 * the status `error` first, then by name. Agents that a function considers equal are in the order of their names.
 */
export type AgentSort = 'name' | 'newest' | 'attention' | Order<Agent>;

// Without a call of its methods here, bundlers leave it out where it is not used.
const names = /* @__PURE__ */ new Intl.Collator('en', { numeric: true });

/** Numeric; ids that are equal then, such as `a1` and `a01`, by their code units. */
const byName: Order<Agent> = ({ agentId: one }, { agentId: other }) =>
  names.compare(one, other) || Number(one > other) - Number(one < other);

const hasNoError = ({ status }: Agent) => Number(status !== 'error');

const orders = {
  name: byName,
  newest: (one, other) => (other.lastSeen ?? 0) - (one.lastSeen ?? 0) || byName(one, other),
  attention: (one, other) => hasNoError(one) - hasNoError(other) || byName(one, other),
} satisfies Record<string, Order<Agent>>;

/** The agents of a client. */
export interface Agents {
  readonly get: (agentId: string) => Agent | undefined;
  /** Returns another number for an agent that was forgotten and is known again; undefined for an unknown agent. */
  readonly periodOf: (agentId: string) => number | undefined;
  /** Returns all agents in an order; the same list until one of them changes. */
  readonly list: (sort: keyof typeof orders) => readonly Agent[];
  readonly take: (change: Change) => void;
  /**
   * Forgets what these registers said: the statuses, and the agents of which the client has no register any more.
   * @param hasOthers whether the client still has a register of an agent
   */
  readonly forget: (
    registers: readonly Register[],
    hasOthers: (agentId: string) => boolean,
  ) => void;
}

/** Returns an agent of which nothing is known: not yet, or because it has not reported. */
export const unknownAgent = (agentId: string, isPending: boolean): Agent => ({
  agentId,
  status: undefined,
  since: undefined,
  lastSeen: undefined,
  isKnown: false,
  isPending,
});

/** Creates the agents of a client from its registers. */
export function createAgents(client: MissionControl): Agents {
  const agents = new Map<string, Agent>();
  const periods = new Map<string, number>();
  const lists = new Map<keyof typeof orders, Sorted<Agent>>();
  let lastPeriod = 0;

  function replace(previous: Agent | undefined, current: Agent | undefined): void {
    for (const list of lists.values()) list.replace(previous, current);
    if (current) agents.set(current.agentId, current);
    if (current && !previous) periods.set(current.agentId, (lastPeriod += 1));
    if (previous && !current) for (const map of [agents, periods]) map.delete(previous.agentId);
  }

  function add({ type, value }: Register): void {
    const known = agents.get(value.agentId);
    const next = after(known ?? unknownAgent(value.agentId, false), type, value);
    if (next !== known) replace(known, next);
  }

  allRegisters(client).forEach(add);
  return {
    get: (agentId) => agents.get(agentId),
    periodOf: (agentId) => periods.get(agentId),
    list(sort) {
      const list = lists.get(sort) ?? new Sorted(orders[sort], [...agents.values()]);
      lists.set(sort, list);
      return list.read();
    },
    take({ type, current }) {
      add({ type, value: current } as Register);
    },
    forget(registers, hasOthers) {
      for (const { value } of registers) {
        const { agentId } = value;
        const agent = agents.get(agentId);
        if (!hasOthers(agentId)) replace(agent, undefined);
        else if (agent?.status && !client.agents.has(agentId))
          replace(agent, { ...agent, status: undefined, since: undefined });
      }
    },
  };
}

/** Returns an agent after an event; the same object if the event says nothing new. */
function after(agent: Agent, type: Register['type'], value: Register['value']): Agent {
  const { timestamp } = value;
  const lastSeen = Math.max(agent.lastSeen ?? timestamp, timestamp);
  const reported = type === 'agent:status' ? (value as AgentStatus).status : agent.status;
  const isSame = reported === agent.status;
  if (isSame && lastSeen === agent.lastSeen) return agent;
  const since = isSame ? agent.since : timestamp;
  return { ...agent, status: reported, since, lastSeen, isKnown: true };
}

/**
 * Returns the order of this name; undefined for a function.
 * @throws {TypeError} if there is no order of this name
 */
export function namedOrder(sort: AgentSort): keyof typeof orders | undefined {
  if (typeof sort === 'function') return undefined;
  if (Object.hasOwn(orders, sort)) return sort;
  throw new TypeError(`sort must be a function, or one of ${Object.keys(orders).join(', ')}.`);
}
