// For browsers, workers and Node.js: a client that stays connected and knows the newest of every agent and session.
export type { AgentStatus, SessionActivity } from '../protocol';
export type { Connection } from './connection';
export { createMissionControl, type MissionControl } from './mission-control';
export type { ListenerTypes } from './listeners';
export type { MissionControlOptions } from './options';
export { sessionKey, type Change } from './registers';
export type { Clock } from './timers';
export type { Timing } from './timing';
export type { TokenTransport } from './token';
export type { ConnectionState } from './transition';
export type { Fetch, Page, Signal, Socket, SocketConstructor } from './world';
