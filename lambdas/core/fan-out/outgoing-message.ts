// A message on its way to the dashboards: its text, and what decides whether a later one supersedes it.
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
  /** An event type or `heartbeat`; of another version of this service maybe one that this version does not know. */
  readonly type: string;
  /** The register that it writes: of two messages with the same one, the newer supersedes the other. */
  readonly register: string;
  /** When the event was reported, by the backend's clock: milliseconds since the Unix epoch. */
  readonly reportedAt: number;
  /** Decides between two of the same time, as `versionOfEvent` of the protocol says. */
  readonly value: string;
}

export function messageOfEvent(event: EventMessage): OutgoingMessage {
  const { timestamp, value } = versionOfEvent(event);
  return {
    text: serializeMessage(event),
    type: event.type,
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
 * Reads the text of a message that this service has written. One of a type that only another version of it knows is
 * posted as well, and supersedes nothing.
 * @throws when it is none; the error says nothing of what is in it
 */
export function readOutgoing(text: string): OutgoingMessage {
  try {
    const message = JSON.parse(text) as Written;
    const { type, payload } = message;
    if (type === 'heartbeat') return { ...heartbeatMessage(payload.timestamp), text };
    if (isEventMessage(message)) return { ...messageOfEvent(message), text };
    if (typeof type === 'string' && typeof payload.timestamp === 'number')
      return { text, type, register: text, reportedAt: payload.timestamp, value: '' };
  } catch {
    // It is no JSON, or has no payload.
  }
  throw new Error('The text is no message of this service');
}

interface Written {
  readonly type: string;
  readonly payload: { readonly timestamp: number };
}

function isEventMessage(message: Written): message is EventMessage {
  return definitionOf(message.type) !== undefined;
}

/** The event of which a message tells; undefined for a heartbeat, and for one of a type that is not known here. */
export function eventOf({ text }: OutgoingMessage): EventMessage | undefined {
  const message = JSON.parse(text) as Written;
  return isEventMessage(message) ? message : undefined;
}

/** The type of messages that all have the same, for logs; else `mixed`. */
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
