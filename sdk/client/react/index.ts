// The React binding: a provider with one client, and hooks that render when their result has changed.
'use client';

export {
  useAgent,
  useAgents,
  useConnection,
  useEvents,
  useHistory,
  useMissionControl,
  useRegisters,
  useSessions,
} from './hooks';
export { MissionControlProvider, type MissionControlProviderProps } from './provider';
export { useWebSocket, type WebSocketState } from './use-web-socket';
