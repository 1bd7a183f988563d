// The hook `useWebSocket`, which needs no provider.
import { useEffect, useRef } from 'react';
import type { AgentStatus, MissionControlOptions } from '../index';
import { useAgentsOf, useConnectionOf } from './hooks';
import { useOwnClient } from './own-client';
import { useSubscription } from './subscription';

/**
 * Connects without a provider while there is a token. A new token is sent over the open connection; if the server refuses
 * it, e.g. because it belongs to another user, the hook reconnects.
 * @param options the default of `url` is `ws://localhost:3000`
 */
export function useWebSocket(
  token: string | null | undefined,
  options: Partial<Omit<MissionControlOptions, 'getToken'>> = {},
): { isConnected: boolean; agentStatuses: Map<string, AgentStatus> } {
  const getToken = () => token ?? '';
  const { url = 'ws://localhost:3000' } = options;
  const own = useOwnClient({ ...options, url, getToken }, Boolean(token));
  useSubscription(own.client, options.agents ?? ['*']);
  const known = useRef(token);
  useEffect(() => {
    const isNew = known.current !== token;
    // If there was no token before, the client connects with this one anyway.
    if (isNew && known.current && token && own.isAuto) own.client.refresh();
    known.current = token;
  }, [own, token]);
  const { state } = useConnectionOf(own.client);
  return { isConnected: state === 'connected', agentStatuses: useAgentsOf(own.client) };
}
