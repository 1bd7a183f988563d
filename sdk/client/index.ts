// The client for browsers, workers and Node.js: it stays connected, and keeps the newest event of every agent and session.
export { isPattern, patternOf } from '../protocol/agent-patterns';
export type { AgentStatus, EventType, Payload, SessionActivity } from '../protocol';
export type { Connection } from './connection/connection';
export type { History, HistoryError, HistoryOptions } from './connection/history';
export { createMissionControl, type ListenerTypes, type MissionControl } from './mission-control';
export type { MissionControlOptions } from './options';
export { registerKey, sessionKey, type Change, type RegisterMaps } from './state/registers';
export type { Agent, AgentSort } from './store/agents';
export type { ClientEvent } from './store/events';
export type { Reader } from './store/reader';
export {
  sessionHistory,
  type SessionHistory,
  type SessionHistoryOptions,
} from './store/session-history';
export {
  storeOf,
  type AgentsOptions,
  type EventsOptions,
  type ListOptions,
  type Store,
} from './store/store';
export type { Clock } from './connection/timers';
export type { Timing } from './connection/timing';
export type { TokenTransport } from './connection/link/token';
export type { ConnectionState } from './connection/transition';
export type { Fetch, Page, PageEvent, Signal, Socket, SocketConstructor } from './dependencies';
