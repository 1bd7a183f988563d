// Why events did not reach the event bus, and which ones.
import { definitionOf, keyOf, type EventType, type IdName } from '../protocol';

/** The ids in the key of the event's register, beside the agent's: e.g. `sessionId`. */
type OtherIds = Readonly<Partial<Record<Exclude<IdName, 'agentId'>, string>>>;

/** Names an event without its text, which may be private. */
export interface UnsentEvent extends OtherIds {
  readonly type: EventType;
  readonly agentId: string;
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

/** Names an event by its ids; what one that is invalid does not have is left out. */
export function unsentOf(type: string, values: object): Omit<UnsentEvent, 'reason'> {
  // JavaScript may pass a type that does not exist, or no values.
  const given = Object(values) as { readonly agentId: string } & OtherIds;
  const known = definitionOf(type)?.type;
  const ids = known ? keyOf(known).filter((name) => given[name] !== undefined) : [];
  const named = Object.fromEntries(ids.map((name) => [name, given[name]]));
  return { type: type as EventType, agentId: given.agentId, ...named };
}

/** An event for people, e.g. `session:activity of agent-1, session-2 (ThrottlingException)`. */
export function describeUnsent(unsent: UnsentEvent): string {
  const { type, reason } = unsent;
  const ids = keyOf(type).flatMap((name) => unsent[name] ?? []);
  return `${type} of ${ids.join(', ')} (${reason})`;
}
