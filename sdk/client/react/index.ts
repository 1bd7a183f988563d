// For React: a provider with one client, and hooks that render when what they show has changed.
'use client';

import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
  type ReactElement,
  type ReactNode,
} from 'react';
import {
  createMissionControl,
  type AgentStatus,
  type Connection,
  type MissionControl,
  type MissionControlOptions,
  type SessionActivity,
} from '../index';

const Context = createContext<MissionControl | undefined>(undefined);

/** A client that there is already, or the options of one that the provider makes. */
export type MissionControlProviderProps = { readonly children?: ReactNode } & (
  | {
      /** A client that is made, and closed, elsewhere. */
      readonly client: MissionControl;
    }
  | MissionControlOptions
);

/**
 * Connects while it is mounted, by one socket for everything inside. Another `url` makes another client; of
 * `getToken` the newest is called; the other options are read when the client is made.
 */
export function MissionControlProvider(props: MissionControlProviderProps): ReactElement {
  const own = useOwnClient('client' in props ? undefined : props, true);
  const value = 'client' in props ? props.client : own;
  return createElement(Context.Provider, { value }, props.children);
}

/** The client of the provider around, e.g. for `reconnect()`. @throws an `Error` without a provider */
export function useMissionControl(): MissionControl {
  const client = useContext(Context);
  if (client === undefined) throw new Error('There is no MissionControlProvider around this.');
  return client;
}

/** The state of the connection. */
export function useConnection(): Connection {
  return useConnectionOf(useMissionControl());
}

/** The newest status of every agent, by agent id: another map after each change. */
export function useAgents(): ReadonlyMap<string, AgentStatus> {
  return useAgentsOf(useMissionControl());
}

/** The newest status of one agent; undefined until it is known. Renders when this agent changes, and only then. */
export function useAgentStatus(agentId: string): AgentStatus | undefined {
  const client = useMissionControl();
  return useRegisters(
    () => ({
      subscribe: (changed) =>
        client.on('agent:status', (status) => {
          if (status.agentId === agentId) changed();
        }),
      read: () => client.agents.get(agentId),
      atFirst: undefined,
    }),
    [client, agentId],
  );
}

/**
 * The newest activity of every session, or of every session of one agent: the newest first. Renders when one of
 * them changes, and only then.
 */
export function useSessions(agentId?: string): readonly SessionActivity[] {
  const client = useMissionControl();
  return useRegisters<readonly SessionActivity[]>(() => {
    const isOurs = (activity: SessionActivity) =>
      agentId === undefined || activity.agentId === agentId;
    return {
      subscribe: (changed) =>
        client.on('session:activity', (activity) => {
          if (isOurs(activity)) changed();
        }),
      read: keepWhileSame(() =>
        [...client.sessions.values()].filter(isOurs).sort((a, b) => b.timestamp - a.timestamp),
      ),
      atFirst: noSessions,
    };
  }, [client, agentId]);
}

/**
 * The documented hook: connects by itself, without a provider, while there is a token. A new one is taken into the open
 * connection; what the server does not take there, such as that of another user, makes another connection.
 * @param options `url` is `ws://localhost:3000` unless given
 */
export function useWebSocket(
  token: string | null | undefined,
  options: Partial<Omit<MissionControlOptions, 'getToken'>> = {},
): { isConnected: boolean; agentStatuses: Map<string, AgentStatus> } {
  const getToken = () => token ?? '';
  const { url = 'ws://localhost:3000' } = options;
  const client = useOwnClient({ ...options, url, getToken }, Boolean(token));
  const known = useRef(token);
  useEffect(() => {
    const isNew = known.current !== token;
    // Where there was none, the client connects with this one anyway.
    if (isNew && known.current && token && options.autoConnect !== false) client.refresh();
    known.current = token;
  }, [client, token]);
  const { state } = useConnectionOf(client);
  return { isConnected: state === 'connected', agentStatuses: useAgentsOf(client) };
}

/** A client that lives as long as the component, connected while it is wanted. */
function useOwnClient(options: MissionControlOptions, isWanted: boolean): MissionControl;
function useOwnClient(
  options: MissionControlOptions | undefined,
  isWanted: boolean,
): MissionControl | undefined;
function useOwnClient(options: MissionControlOptions | undefined, isWanted: boolean) {
  const newest = useRef(options);
  useEffect(() => {
    newest.current = options;
  });
  // An idle client holds nothing: React may throw it away, and make it on a server.
  const client = useMemo(
    () =>
      options &&
      createMissionControl({
        ...options,
        autoConnect: false,
        getToken: () => (newest.current ?? options).getToken(),
      }),
    [options?.url],
  );
  useEffect(() => {
    if (!client || !isWanted || options?.autoConnect === false) return undefined;
    client.reconnect();
    return client.close;
  }, [client, isWanted]);
  return client;
}

function useConnectionOf(client: MissionControl): Connection {
  return useRegisters(
    () => ({
      subscribe: (changed) => client.on('connection', changed),
      read: () => client.connection,
      atFirst: notYet,
    }),
    [client],
  );
}

function useAgentsOf(client: MissionControl): Map<string, AgentStatus> {
  return useRegisters(
    () => ({
      subscribe: (changed) => client.on('agent:status', changed),
      read: keepWhileSame(() => new Map(client.agents)),
      atFirst: noAgents,
    }),
    [client],
  );
}

interface Source<Value> {
  readonly subscribe: (changed: () => void) => () => void;
  /** The same value until there has been a change. */
  readonly read: () => Value;
  /** On a server, and while its page comes to life. */
  readonly atFirst: Value;
}

function useRegisters<Value>(sourceOf: () => Source<Value>, dependencies: unknown[]): Value {
  const { subscribe, read, atFirst } = useMemo(() => {
    const source = sourceOf();
    return {
      ...source,
      // A snapshot changes thousands of registers at once: they are rendered together.
      subscribe: (changed: () => void) => {
        let isDue = false;
        let isOver = false;
        const stop = source.subscribe(() => {
          if (isDue) return;
          isDue = true;
          queueMicrotask(() => {
            isDue = false;
            if (!isOver) changed();
          });
        });
        return () => {
          isOver = true;
          stop();
        };
      },
    };
  }, dependencies);
  return useSyncExternalStore(subscribe, read, () => atFirst);
}

/** React asks often, and takes every new object for a change. */
function keepWhileSame<Value extends Listing>(read: () => Value): () => Value {
  let kept: Value | undefined;
  return () => {
    const fresh = read();
    return (kept = kept !== undefined && isSame(kept, fresh) ? kept : fresh);
  };
}

/** A map or an array. */
interface Listing {
  values(): IterableIterator<unknown>;
}

function isSame(kept: Listing, fresh: Listing): boolean {
  const values = fresh.values();
  for (const value of kept.values()) if (values.next().value !== value) return false;
  return values.next().done === true;
}

const noAgents = new Map<string, never>();
const noSessions: readonly never[] = [];
const notYet: Connection = {
  state: 'idle',
  attempt: 0,
  retryInMs: undefined,
  code: undefined,
  reason: undefined,
  since: 0,
};
