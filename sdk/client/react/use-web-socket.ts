// The documented hook, which needs no provider.
import { useEffect, useRef } from 'react';
import type { AgentStatus, MissionControlOptions } from '../index';
import { useAgentsOf, useConnectionOf } from './hooks';
import { useOwnClient } from './own-client';

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
  const own = useOwnClient({ ...options, url, getToken }, Boolean(token));
  const known = useRef(token);
  useEffect(() => {
    const isNew = known.current !== token;
    // Where there was none, the client connects with this one anyway.
    if (isNew && known.current && token && own.isAuto) own.client.refresh();
    known.current = token;
  }, [own, token]);
  const { state } = useConnectionOf(own.client);
  return { isConnected: state === 'connected', agentStatuses: useAgentsOf(own.client) };
}
