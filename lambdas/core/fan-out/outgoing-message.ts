// A message on its way to the dashboards: its text, and what decides whether a later one supersedes it.
import {
  isNewer,
  registerOf,
  serializeMessage,
  versionOfEvent,
  type EventMessage,
} from '#sdk/protocol';

export interface OutgoingMessage {
  /** The text of the message, ready to post. */
  readonly text: string;
  /** Its type. */
  readonly type: EventMessage['type'] | 'heartbeat';
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
 * Reads the text of a message that this service has written.
 * @throws when it is none; the error says nothing of what is in it
 */
export function readOutgoing(text: string): OutgoingMessage {
  try {
    const message = JSON.parse(text) as
      | EventMessage
      | { readonly type: 'heartbeat'; readonly payload: { readonly timestamp: number } };
    if (message.type === 'heartbeat')
      return { ...heartbeatMessage(message.payload.timestamp), text };
    return { ...messageOfEvent(message), text };
  } catch {
    throw new Error('The text is no message of this service');
  }
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
