// All event types: a line for each. What there is of a type, on the server and in clients, comes from its definition.
import { agentStatus } from './agent-status';
import { sessionActivity } from './session-activity';

export const definitions = [agentStatus, sessionActivity] as const;
