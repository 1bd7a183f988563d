// The provider: one client with one socket for all components inside.
import {
  createContext,
  createElement,
  useEffect,
  useMemo,
  type ReactElement,
  type ReactNode,
} from 'react';
import { storeOf, type MissionControl, type MissionControlOptions } from '../index';
import { useOwnClient } from './own-client';
import { createProvidedAgents, type ProvidedAgents } from './subscription';

/** The client of the provider; undefined outside of a provider. */
export const Context = createContext<MissionControl | undefined>(undefined);

/** The agents of the provider; undefined if the application itself subscribes with an existing client. */
export const AgentsContext = createContext<ProvidedAgents | undefined>(undefined);

/** An existing client, or the options of a client that the provider creates. */
export type MissionControlProviderProps = {
  readonly children?: ReactNode;
  /**
   * The agents whose events the client gets, as in the option of a client. `mounted`: those that components inside use with
   * `useAgent(agentId)`, or with another hook and an agent id; all agents if there are more than a subscription may have.
   * Default: all, or what an existing client has subscribed to.
   */
  readonly agents?: readonly string[] | 'mounted';
  /** Least time between two renders, in milliseconds. Default: each animation frame. */
  readonly renderIntervalMs?: number;
} & (
  | {
      /** An existing client. The provider does not close it. */
      readonly client: MissionControl;
    }
  | Omit<MissionControlOptions, 'agents'>
);

/**
 * Provides one client to all components inside, and keeps it connected while it is mounted. If `url` changes, a new client
 * is created. If `getToken` changes, the newest function is called. If the patterns of `agents` change, the client subscribes
 * to them. The other options are read once.
 */
export function MissionControlProvider(props: MissionControlProviderProps): ReactElement {
  const isExisting = 'client' in props;
  const { agents = isExisting ? undefined : ['*'] } = props;
  const first = agents === 'mounted' ? [] : (agents ?? []);
  const own = useOwnClient(isExisting ? undefined : { ...props, agents: first }, true);
  const { client = own?.client } = props as { readonly client?: MissionControl };
  const text = agents && JSON.stringify(agents);
  const provided = useMemo(
    () =>
      client && text
        ? createProvidedAgents(client, JSON.parse(text) as readonly string[] | 'mounted')
        : undefined,
    [client, text],
  );
  useEffect(() => provided?.start(), [provided]);
  const { renderIntervalMs } = props;
  useEffect(() => {
    if (client && renderIntervalMs !== undefined) storeOf(client).intervalMs = renderIntervalMs;
  }, [client, renderIntervalMs]);
  const children = createElement(AgentsContext.Provider, { value: provided }, props.children);
  return createElement(Context.Provider, { value: client }, children);
}
