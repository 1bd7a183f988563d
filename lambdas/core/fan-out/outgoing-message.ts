// The messages that the service posts, and the rule by which one supersedes another.
import {
  definitionOf,
  isNewer,
  registerOf,
  serializeMessage,
  versionOfEvent,
  type EventMessage,
} from '#sdk/protocol';

export interface OutgoingMessage {
  /** The text of the message, ready to post. */
  readonly text: string;
  /** `heartbeat`, or an event type, which only another version of this service may know. */
  readonly type: string;
  /** The agent of the event; absent for a heartbeat, which every connection gets. */
  readonly agentId?: string;
  /** The register of the event: of two messages for the same register, the newer supersedes the other. */
  readonly register: string;
  /** When the event was reported, by the backend's clock: milliseconds since the Unix epoch. */
  readonly reportedAt: number;
  /** Orders messages of the same time: the `value` of `versionOfEvent` of the protocol. */
  readonly value: string;
}

export function messageOfEvent(event: EventMessage): OutgoingMessage {
  const { timestamp, value } = versionOfEvent(event);
  return {
    text: serializeMessage(event),
    type: event.type,
    agentId: event.payload.agentId,
    register: registerOf(event),
    reportedAt: timestamp,
    value,
  };
}

/** @param timestamp milliseconds since the Unix epoch */
export function heartbeatMessage(timestamp: number): OutgoingMessage {
  return {
    text: serializeMessage({ type: 'heartbeat', payload: { timestamp } }),
    type: 'heartbeat',
    register: 'heartbeat',
    reportedAt: timestamp,
    value: '',
  };
}

/**
 * Parses the text of a message that this service has written. Types that only another version of it knows are accepted;
 * their messages supersede nothing.
 * @throws if it is not such a message; the error does not contain the text
 */
export function readOutgoing(text: string): OutgoingMessage {
  try {
    const message = JSON.parse(text) as Written;
    const { type, payload } = message;
    if (type === 'heartbeat') return { ...heartbeatMessage(payload.timestamp), text };
    if (isEventMessage(message)) return { ...messageOfEvent(message), text };
    if (typeof type === 'string' && typeof payload.timestamp === 'number') {
      const { agentId = unknownAgent, timestamp } = payload;
      return { text, type, agentId, register: text, reportedAt: timestamp, value: '' };
    }
  } catch {
    // The text is not JSON, or has no payload.
  }
  throw new Error('The text is no message of this service');
}

interface Written {
  readonly type: string;
  readonly payload: { readonly timestamp: number; readonly agentId?: string };
}

/** No agent has this id, so the message of an event without one goes only to connections that get every event. */
const unknownAgent = '';

function isEventMessage(message: Written): message is EventMessage {
  return definitionOf(message.type) !== undefined;
}

/** The event in a message; undefined for a heartbeat, and for a type that this version does not know. */
export function eventOf({ text }: OutgoingMessage): EventMessage | undefined {
  const message = JSON.parse(text) as Written;
  return isEventMessage(message) ? message : undefined;
}

/** The common type of messages, for logs; `mixed` if they have several. */
export function typeOf(messages: readonly OutgoingMessage[]): string {
  const [type = 'mixed', ...others] = new Set(messages.map((message) => message.type));
  return others.length === 0 ? type : 'mixed';
}

export function isEvent({ type }: OutgoingMessage): boolean {
  return type !== 'heartbeat';
}

/** Whether `candidate` supersedes `known`, a message for the same register. */
export function supersedes(candidate: OutgoingMessage, known: OutgoingMessage): boolean {
  return isNewer(
    { timestamp: candidate.reportedAt, value: candidate.value },
    { timestamp: known.reportedAt, value: known.value },
  );
}
