// Reads what the server sent, for clients: a twentieth of the size of the schemas, and lenient where they are strict.
import type { AgentStatus, SessionActivity } from './events';
import type { BatchedMessage, ServerMessage } from './messages';

type Values = Readonly<Record<string, unknown>>;

/**
 * Reads a message of the server; undefined for what is none. Takes whatever `parseServerMessage` takes, with the same
 * result, and of a snapshot or a batch all that it understands. Limits are left to the server, which has kept them.
 */
export function readServerMessage(text: string): ServerMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(message) || !isObject(message['payload'])) return undefined;
  const { type, payload } = message as { type: unknown; payload: Values };
  switch (type) {
    case 'batch': {
      const messages = readAll(payload['messages'], readBatched);
      return messages && { type, payload: { messages } };
    }
    case 'pong': {
      const { timestamp } = payload;
      return isTime(timestamp) ? { type, payload: { timestamp } } : undefined;
    }
    case 'state:snapshot': {
      const { timestamp, complete, heartbeatSeconds: seconds } = payload;
      const agents = readAll(payload['agents'], readAgent);
      const sessions = readAll(payload['sessions'], readSession);
      return agents && sessions && isTime(timestamp) && typeof complete === 'boolean'
        ? {
            type,
            payload: {
              ...{ agents, sessions, timestamp, complete },
              // What makes no sense must not cost the state.
              ...(isTime(seconds) && seconds > 0 && { heartbeatSeconds: seconds }),
            },
          }
        : undefined;
    }
    case 'token:refreshed': {
      const { expiresAt } = payload;
      return isTime(expiresAt) ? { type, payload: { expiresAt } } : undefined;
    }
    case 'error': {
      const { code, message } = payload;
      return isText(code) && isText(message) ? { type, payload: { code, message } } : undefined;
    }
    case 'connection:closing': {
      const { reason } = payload;
      return isText(reason) ? { type, payload: { reason } } : undefined;
    }
  }
  return readBatched(message);
}

/** Reads what may be in a batch; a batch may not. */
function readBatched({ type, payload }: Values): BatchedMessage | undefined {
  if (!isObject(payload)) return undefined;
  switch (type) {
    case 'agent:status':
    case 'session:activity': {
      const read = type === 'agent:status' ? readAgent(payload) : readSession(payload);
      return read && ({ type, payload: read } as BatchedMessage);
    }
    case 'heartbeat': {
      const { timestamp } = payload;
      return isTime(timestamp) ? { type, payload: { timestamp } } : undefined;
    }
  }
  return undefined;
}

function readAgent({ agentId, status, timestamp }: Values): AgentStatus | undefined {
  return isText(agentId) && isStatus(status) && isTime(timestamp)
    ? { agentId, status, timestamp }
    : undefined;
}

function readSession(values: Values): SessionActivity | undefined {
  const { agentId, sessionId, lastMessage, timestamp } = values;
  return isText(agentId) && isText(sessionId) && isText(lastMessage) && isTime(timestamp)
    ? { agentId, sessionId, lastMessage, timestamp }
    : undefined;
}

function readAll<Item>(list: unknown, read: (values: Values) => Item | undefined) {
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((values): Item[] => {
    const item = isObject(values) ? read(values) : undefined;
    return item === undefined ? [] : [item];
  });
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isStatus(value: unknown): value is AgentStatus['status'] {
  return value === 'online' || value === 'offline' || value === 'error';
}
