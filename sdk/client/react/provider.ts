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
import { createMountedAgents, useSubscription, type MountedAgents } from './subscription';

/** The client of the provider; undefined outside of a provider. */
export const Context = createContext<MissionControl | undefined>(undefined);

/** The agents that components inside show; undefined unless the provider subscribes to them. */
export const MountedContext = createContext<MountedAgents | undefined>(undefined);

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
  const isMounted = props.agents === 'mounted';
  const agents = isMounted ? [] : props.agents;
  const all = agents ?? ['*'];
  const own = useOwnClient('client' in props ? undefined : { ...props, agents: all }, true);
  const { client = own?.client } = props as { readonly client?: MissionControl };
  const mounted = useMemo(
    () => (isMounted && client ? createMountedAgents(client) : undefined),
    [client, isMounted],
  );
  useSubscription(client, isMounted ? undefined : own ? all : agents);
  useEffect(() => mounted?.start(), [mounted]);
  const { renderIntervalMs } = props;
  useEffect(() => {
    if (client && renderIntervalMs !== undefined) storeOf(client).intervalMs = renderIntervalMs;
  }, [client, renderIntervalMs]);
  const children = createElement(MountedContext.Provider, { value: mounted }, props.children);
  return createElement(Context.Provider, { value: client }, children);
}
