// The provider: one client with one socket for all components inside.
import { createContext, createElement, type ReactElement, type ReactNode } from 'react';
import type { MissionControl, MissionControlOptions } from '../index';
import { useOwnClient } from './own-client';

/** The client of the provider; undefined outside of a provider. */
export const Context = createContext<MissionControl | undefined>(undefined);

/** An existing client, or the options of a client that the provider creates. */
export type MissionControlProviderProps = { readonly children?: ReactNode } & (
  | {
      /** An existing client. The provider does not close it. */
      readonly client: MissionControl;
    }
  | MissionControlOptions
);

/**
 * Provides one client to all components inside, and keeps it connected while it is mounted. If `url` changes, a new client
 * is created. If `getToken` changes, the newest function is called. The other options are read once.
 */
export function MissionControlProvider(props: MissionControlProviderProps): ReactElement {
  const own = useOwnClient('client' in props ? undefined : props, true);
  const { client = own?.client } = props as { readonly client?: MissionControl };
  return createElement(Context.Provider, { value: client }, props.children);
}
