// The interface of the ways to send events: the event bus, and HTTPS.
import type { EventType } from '../protocol';
import type { PublishError, UnsentEvent } from './publish-error';

/** An event that is not settled yet. Either `sent` or `failed` is called, once. */
export interface PendingEvent {
  /** As an element of a pack: the payload can have a time to live. */
  readonly event: { readonly type: EventType; readonly payload: object };
  readonly unsent: Omit<UnsentEvent, 'reason'>;
  sent(): void;
  failed(error: PublishError): void;
}

/** Events that are sent or lost together. */
export interface Part {
  readonly events: readonly PendingEvent[];
}

/** A part that was not accepted. */
export interface Failure<OnePart extends Part> {
  readonly part: OnePart;
  /** A code or a text: see `UnsentEvent`. */
  readonly reason: string;
  /** Whether a later attempt may succeed. */
  readonly retryable: boolean;
}

/** The result of one request. */
export interface Attempt<OnePart extends Part> {
  readonly failures: readonly Failure<OnePart>[];
  /** The error of the whole request, if there is one. */
  readonly cause?: unknown;
  /** How many requests were made. */
  readonly attemptsMade: number;
}

export interface Transport<OnePart extends Part = Part> {
  /** For the messages of errors, e.g. `the event bus "mission-control"`. */
  readonly destination: string;
  /** Whether events are held back for a moment while a request is in progress, so that they share the next one. */
  readonly collects: boolean;
  /** Removes as many events from the front of `waiting` as fit into one request, at least one. */
  take(waiting: PendingEvent[]): OnePart[];
  /** Makes a request. Never rejects. */
  send(parts: readonly OnePart[]): Promise<Attempt<OnePart>>;
  /** Called before a request is repeated. Never rejects. */
  prepareRetry(cause: unknown): Promise<void>;
  /** Closes the connections that the transport has opened itself. */
  close(): void;
}

/** Returns the error code of the network, e.g. `ECONNREFUSED`, or otherwise the name of the error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'Error';
  // fetch wraps the error of the network.
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
    return cause.code;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
