// The hook `useWebSocket`, which needs no provider.
import { useMemo } from 'react';
import type { AgentStatus, Connection, MissionControlOptions } from '../index';
import { useConnectionOf, useRegistersOf } from './hooks';
import { useSharedClient } from './shared-client';

/** What `useWebSocket` returns. */
export interface WebSocketState extends Pick<Connection, 'state' | 'reason'> {
  readonly isConnected: boolean;
  /** The newest status of every agent, by agent id; a new map after each change. */
  readonly agentStatuses: Map<string, AgentStatus>;
}

/**
 * Connects without a provider while there is a token. A new token is sent over the open connection; if the server refuses
 * it, e.g. because it belongs to another user, the hook reconnects. Components with the same token, URL and options share a
 * connection.
 * @param options the default of `url` is `ws://localhost:3000`; all but `url` and `agents` are read once
 */
export function useWebSocket(
  token: string | null | undefined,
  options: Partial<Omit<MissionControlOptions, 'getToken'>> = {},
): WebSocketState {
  const { url = 'ws://localhost:3000', agents = ['*'] } = options;
  const client = useSharedClient({ ...options, url, agents }, token ?? '');
  const { state, reason } = useConnectionOf(client);
  const statuses = useRegistersOf(client, 'agent:status');
  const agentStatuses = useMemo(
    // In the order in which the agents appeared, so that rows do not change their places.
    () => new Map(statuses.length > 0 ? client.agents : undefined),
    [client, statuses],
  );
  return { isConnected: state === 'connected', agentStatuses, state, reason };
}
