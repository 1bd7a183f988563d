// The error of events that did not reach the event bus: which events, and why.
import { definitionOf, keyOf, type EventType, type IdName } from '../protocol';

/** The ids of an event other than `agentId`, e.g. `sessionId`. */
type OtherIds = Readonly<Partial<Record<Exclude<IdName, 'agentId'>, string>>>;

/** Identifies an event, without its text, which may be private. */
export interface UnsentEvent extends OtherIds {
  readonly type: EventType;
  readonly agentId: string;
  /**
   * Why the last attempt failed: a code of the service, of AWS or of the network, e.g. `agent_out_of_scope`, `ThrottlingException`
   * or `ECONNREFUSED`, or a text, e.g. `Unauthorized: the token has expired`.
   */
  readonly reason: string;
}

/**
 * - `event_invalid`: the event is invalid and was not sent; the message lists the faults
 * - `not_sent`: EventBridge, or the service over HTTPS, did not accept the event in any attempt
 * - `publisher_closed`: the event was reported after `close()`
 */
export type PublishErrorCode = 'event_invalid' | 'not_sent' | 'publisher_closed';

/** The error with which the promises of unsent events reject. */
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

/** Returns the type and the ids of an event; ids that an invalid event does not have are left out. */
export function unsentOf(type: string, values: object): Omit<UnsentEvent, 'reason'> {
  // JavaScript may pass a type that does not exist, or no values.
  const given = Object(values) as { readonly agentId: string } & OtherIds;
  const known = definitionOf(type)?.type;
  const ids = known ? keyOf(known).filter((name) => given[name] !== undefined) : [];
  const named = Object.fromEntries(ids.map((name) => [name, given[name]]));
  return { type: type as EventType, agentId: given.agentId, ...named };
}

/** Returns an unsent event as text, e.g. `session:activity of agent-1, session-2 (ThrottlingException)`. */
export function describeUnsent(unsent: UnsentEvent): string {
  const { type, reason } = unsent;
  const ids = keyOf(type).flatMap((name) => unsent[name] ?? []);
  return `${type} of ${ids.join(', ')} (${reason})`;
}
