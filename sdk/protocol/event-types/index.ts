// All event types: one line each, in the order of their names. Everything that the server and clients have of a type follows from it.
export { agentStatus } from './agent-status';
export { sessionActivity } from './session-activity';
