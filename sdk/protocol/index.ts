// The protocol, for both ends: events that backends report and frames that go over the WebSocket.
export {
  agentStatuses,
  eventTypes,
  parseEvent,
  type AgentStatus,
  type EventFrame,
  type EventType,
  type SessionActivity,
} from './events';
export {
  errorFrame,
  parseClientFrame,
  parseServerFrame,
  serializeFrame,
  type BatchedMessage,
  type ClientFrame,
  type ClosingReason,
  type ErrorCode,
  type Misunderstanding,
  type ServerFrame,
} from './messages';
export { readServerFrame } from './message-reader';
export { parseUserDisconnect, userDisconnectType, type UserDisconnect } from './operator-events';
export {
  maxClockSkewMilliseconds,
  maxEventFrameBytes,
  maxFrameBytes,
  maxHeartbeatSeconds,
  maxIdBytes,
  utf8Length,
} from './limits';
export { maxPackEvents, packDetail, packType, parsePack } from './packs';
export { describeFault, describeFaults, objectOf, parse, type Fault, type Parsed } from './parse';
export { compareText, isNewer, registerOf, versionOf, type Version } from './registers';
export { batchSubprotocol, subprotocol } from './subprotocol';
