// The React binding: a provider with one client, and hooks that render when their result has changed.
'use client';

export {
  useAgents,
  useAgentStatus,
  useConnection,
  useMissionControl,
  useRegisters,
  useSessions,
} from './hooks';
export { MissionControlProvider, type MissionControlProviderProps } from './provider';
export { useWebSocket } from './use-web-socket';
