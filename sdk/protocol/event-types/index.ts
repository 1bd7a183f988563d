// Lists all event types, sorted by name. The schemas, registers and maps of server and clients are derived from this list.
export { agentStatus } from './agent-status';
export { sessionActivity } from './session-activity';
