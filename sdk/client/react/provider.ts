// One client, and one socket, for all components inside.
import { createContext, createElement, type ReactElement, type ReactNode } from 'react';
import type { MissionControl, MissionControlOptions } from '../index';
import { useOwnClient } from './own-client';

export const Context = createContext<MissionControl | undefined>(undefined);

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
  const { client = own?.client } = props as { readonly client?: MissionControl };
  return createElement(Context.Provider, { value: client }, props.children);
}
