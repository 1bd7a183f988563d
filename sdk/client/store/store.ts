// The store of a client: lists that are derived from its registers, for many readers.
import type { EventType, Payload, SessionActivity } from '../../protocol';
import { eventTypeDefinitions, type AnyPayload } from '../../protocol/event-message';
import type { Connection } from '../connection/connection';
import type { MissionControl } from '../mission-control';
import { createAgents, namedOrder, unknownAgent, type Agent, type AgentSort } from './agents';
import { createEvents, type ClientEvent } from './events';
import { derived, keepEqual, none, type Reader } from './reader';
import { createRegisterLists, registersIn } from './register-lists';
import { createSubscribers, type Subscribers } from './subscribers';

/** What a list of agents contains. */
export interface AgentsOptions {
  /** Whether an agent is in the list. It is called again only when agents change, so it must depend on its argument alone. */
  readonly filter?: ((agent: Agent) => boolean) | undefined;
  /** The order. Default: `name`. */
  readonly sort?: AgentSort | undefined;
  /** The maximum number of agents. Default: all. */
  readonly limit?: number | undefined;
}

/** What a list contains. */
export interface ListOptions {
  /** The maximum number of entries. Default: all. */
  readonly limit?: number | undefined;
}

/** What a list of events contains. */
export interface EventsOptions {
  /** The maximum number of events; more than 1,000 are 1,000. Default: 100. */
  readonly limit?: number | undefined;
  /** The only agent whose events are in the list. Default: all agents. */
  readonly agentId?: string | undefined;
}

/** Derived lists of one client, which are kept up to date event by event. Limits that are not valid are a `TypeError`. */
export interface Store {
  /** Least time between two calls of a subscriber, in milliseconds. Default: 0, which is each animation frame. */
  intervalMs: number;
  /** Returns a reader of the agents. */
  readonly agents: (options?: AgentsOptions) => Reader<readonly Agent[]>;
  /** Returns a reader of one agent. If nothing is known of it, `isKnown` is false, and `isPending` says whether that may change. */
  readonly agent: (agentId: string) => Reader<Agent>;
  /** Returns a reader of the newest activity of each session, of one agent or of all, the newest first. */
  readonly sessions: (
    agentId?: string,
    options?: ListOptions,
  ) => Reader<readonly SessionActivity[]>;
  /** Returns a reader of the registers of an event type, of one agent or of all, the newest first. */
  readonly registers: <Type extends EventType>(
    type: Type,
    agentId?: string,
    options?: ListOptions,
  ) => Reader<readonly Payload<Type>[]>;
  /**
   * Returns a reader of the newest events, the newest first: of the newest 1,000 that the store keeps. A reader for one agent
   * keeps the newest ones of this agent by itself, provided it is read at least once for 1,000 events of all agents. The
   * registers that the client had before are events with the source `snapshot`.
   */
  readonly events: (options?: EventsOptions) => Reader<readonly ClientEvent[]>;
  /** Returns a reader of the state of the connection. */
  readonly connection: () => Reader<Connection>;
}

function createStore(client: MissionControl): Store & Subscribers {
  const subscribers = createSubscribers();
  const { subscribe } = subscribers;
  const agents = createAgents(client);
  const lists = createRegisterLists(client);
  const events = createEvents(client);

  client.on('connection', subscribers.notify);
  client.on('forgotten', ({ registers }) => {
    lists.forget(registers);
    agents.forget(registers, (agentId) => registersOf(agentId).length > 0);
    events.forget((agentId) => agents.get(agentId) !== undefined);
    subscribers.notify();
  });
  client.on('change', ({ changes }) => {
    for (const change of changes) for (const part of [agents, lists, events]) part.take(change);
    subscribers.notify();
  });

  const registersOf = (agentId: string) => registersIn(({ type }) => lists.list(type, agentId));

  const readRegisters: Store['registers'] = (type, agentId, { limit = Infinity } = {}) => {
    const source = () => lists.list(type, agentId) as readonly Payload<typeof type>[];
    return derived(subscribe, source, limit, (list) => list);
  };

  function readEventsOf(agentId: string, limit: number): Reader<readonly ClientEvent[]> {
    const keep = keepEqual<readonly AnyPayload[]>();
    let known: readonly ClientEvent[] = none;
    let period: number | undefined;
    return derived(
      subscribe,
      // Each event of the agent changes one of these lists.
      () => keep(eventTypeDefinitions.map(({ type }) => lists.list(type, agentId))),
      limit,
      () => {
        if (agents.periodOf(agentId) !== period) known = none;
        period = agents.periodOf(agentId);
        return (known = events.ofAgent(agentId, known, registersOf(agentId)));
      },
    );
  }

  return Object.assign(subscribers, {
    registers: readRegisters,
    sessions: (agentId, options) => readRegisters('session:activity', agentId, options),
    agents({ filter = () => true, sort = 'name', limit = Infinity } = {}) {
      const order = namedOrder(sort);
      return derived(
        subscribe,
        () => agents.list(order ?? 'name'),
        limit,
        (list) => {
          const shown = list.filter(filter);
          return typeof sort === 'function' ? shown.sort(sort) : shown;
        },
      );
    },
    agent(agentId) {
      const [unknown, pending] = [unknownAgent(agentId, false), unknownAgent(agentId, true)];
      const read = () => agents.get(agentId) ?? (client.connection.isSynced ? unknown : pending);
      return { subscribe, read };
    },
    events({ limit = 100, agentId } = {}) {
      return agentId === undefined
        ? derived(subscribe, events.list, limit, (list) => list)
        : readEventsOf(agentId, limit);
    },
    connection: () => ({ subscribe, read: () => client.connection }),
  } satisfies Omit<Store, 'intervalMs'>);
}

const stores = new WeakMap<MissionControl, Store & Subscribers>();

/**
 * Returns the store of a client. It is created once for each client, and listens to the client from then on; it uses nothing
 * else.
 */
export function storeOf(client: MissionControl): Store {
  return subscribersOf(client);
}

/** Returns the subscribers of the store of a client, which all of its readers share. */
export function subscribersOf(client: MissionControl): Store & Subscribers {
  const store = stores.get(client) ?? createStore(client);
  stores.set(client, store);
  return store;
}
