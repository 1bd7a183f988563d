// Why events did not reach the event bus, and which ones.
import type { EventType } from '../protocol';

/** Names an event without its text, which may be private. */
export interface UnsentEvent {
  readonly type: EventType;
  readonly agentId: string;
  readonly sessionId?: string;
  /** What was said about it last, e.g. `ThrottlingException`. */
  readonly reason: string;
}

/**
 * - `event_invalid`: the event breaks the protocol, and was not sent; the message says how
 * - `not_sent`: EventBridge did not take it, in no attempt
 * - `publisher_closed`: it was reported after `close()`
 */
export type PublishErrorCode = 'event_invalid' | 'not_sent' | 'publisher_closed';

/** Rejects the promise of each event that it names. */
export class PublishError extends Error {
  override readonly name = 'PublishError';

  constructor(
    readonly code: PublishErrorCode,
    message: string,
    /** The events that could not be sent. */
    readonly entries: readonly UnsentEvent[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An event for people, e.g. `session:activity of agent-1, session-2 (ThrottlingException)`. */
export function describeUnsent({ type, agentId, sessionId, reason }: UnsentEvent): string {
  const ids = sessionId === undefined ? agentId : `${agentId}, ${sessionId}`;
  return `${type} of ${ids} (${reason})`;
}
