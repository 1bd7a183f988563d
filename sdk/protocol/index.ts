// The protocol, for clients and server: the events that backends report, and the messages over the WebSocket.
export {
  agentIdIn,
  everyAgent,
  filterOf,
  isPattern,
  isWithin,
  maxPatterns,
  maxPatternsBytes,
  narrow,
  patternOf,
  type AgentFilter,
} from './agent-patterns';
export { agentStatuses, eventTypes, type AgentStatus, type SessionActivity } from './events';
export {
  definitionOf,
  eventTypeDefinitions,
  isOfSession,
  keyOf,
  type AnyDefinition,
  type AnyPayload,
  type EventMessage,
  type EventType,
  type IdName,
  type Payload,
  type TimeToLive,
} from './event-message';
export {
  errorMessage,
  parseClientMessage,
  parseServerMessage,
  serializeMessage,
  type BatchedMessage,
  type ClientMessage,
  type ClosingReason,
  type ErrorCode,
  type Misunderstanding,
  type ServerMessage,
} from './messages';
export { readServerMessage } from './message-reader';
export { parseUserDisconnect, userDisconnectType, type UserDisconnect } from './operator-events';
export {
  maxClockSkewMilliseconds,
  maxEventMessageBytes,
  maxMessageBytes,
  maxHeartbeatSeconds,
  maxIdBytes,
  maxTimelinePage,
  utf8Length,
} from './limits';
export { maxPackEvents, packDetail, packType, parsePack } from './packs';
export { describeFault, describeFaults, objectOf, parse, type Fault, type Parsed } from './parse';
export {
  compareText,
  idsOf,
  isNewer,
  registerOf,
  versionOf,
  versionOfEvent,
  type Version,
} from './registers';
export { aliveForLimits, detailOf, parseEvent, parseReport, type Report } from './reports';
export { byNewest, type TimelineEvent } from './timelines';
export { batchSubprotocol, subprotocol, subscribeSubprotocol } from './subprotocol';
