// Sends one batch of events, again and again what EventBridge did not take, until all have settled.
import {
  PutEventsCommand,
  type EventBridgeClient,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { SizedEntry } from './batch';
import { describeUnsent, PublishError, type UnsentEvent } from './publish-error';
import {
  attemptsOf,
  mayPassLater,
  mayRecover,
  needsFreshCredentials,
  pauseMilliseconds,
} from './retry';

/** An event on its way. Either `sent` or `failed` is called, once. */
export interface PendingEvent {
  readonly entry: SizedEntry & Required<Pick<PutEventsRequestEntry, 'EventBusName'>>;
  readonly unsent: Omit<UnsentEvent, 'reason'>;
  sent(): void;
  failed(error: PublishError): void;
}

export interface SendOptions {
  readonly client: EventBridgeClient;
  /** Requests that may carry an event, the first included. */
  readonly maxAttempts: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1, as Math.random. */
  readonly random: () => number;
  /** Hears of each error once; the events that it names are told as well. */
  readonly report: (error: PublishError) => void;
}

interface Failure {
  readonly event: PendingEvent;
  readonly reason: string;
  readonly retryable: boolean;
}

/** Settles every event of the batch. Never rejects. */
export async function sendBatch(
  batch: readonly PendingEvent[],
  options: SendOptions,
): Promise<void> {
  const { client, maxAttempts, sleep, random, report } = options;
  let events = batch;
  let attempts = 0;
  while (events.length > 0) {
    const { failures, cause, attemptsMade } = await put(events, client);
    attempts += attemptsMade;
    const failed = new Set(failures.map(({ event }) => event));
    for (const event of events) if (!failed.has(event)) event.sent();

    const given = failures.filter(({ retryable }) => !retryable || attempts >= maxAttempts);
    if (given.length > 0) giveUp(given, attempts, cause, report);
    const lost = new Set(given.map(({ event }) => event));
    events = events.filter((event) => failed.has(event) && !lost.has(event));
    if (events.length === 0) return;
    await sleep(pauseMilliseconds(attempts, random));
    if (needsFreshCredentials(cause)) await refreshCredentials(client);
  }
}

interface Attempt {
  readonly failures: readonly Failure[];
  readonly cause?: unknown;
  readonly attemptsMade: number;
}

async function put(events: readonly PendingEvent[], client: EventBridgeClient): Promise<Attempt> {
  try {
    const command = new PutEventsCommand({ Entries: events.map(({ entry }) => entry) });
    const answer = await client.send(command);
    const failures = events.flatMap((event, index): Failure[] => {
      // Results come in the order of the entries, and those that were taken have no error code.
      const reason = answer.Entries?.[index]?.ErrorCode;
      return reason === undefined ? [] : [{ event, reason, retryable: mayPassLater(reason) }];
    });
    return { failures, attemptsMade: attemptsOf(answer) };
  } catch (cause) {
    const reason = reasonOf(cause);
    const retryable = mayRecover(cause);
    const failures = events.map((event) => ({ event, reason, retryable }));
    return { failures, cause, attemptsMade: attemptsOf(cause) };
  }
}

/**
 * Has the client ask its provider again: until credentials expire, which some never say, it would not. Never rejects:
 * where there are none, the next attempt says so.
 */
async function refreshCredentials({ config }: EventBridgeClient): Promise<void> {
  const credentials: (options: { readonly forceRefresh: boolean }) => Promise<unknown> =
    config.credentials;
  await credentials({ forceRefresh: true }).catch(() => undefined);
}

/** E.g. `ECONNREFUSED` of the network, else the name by which AWS refuses. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'Error';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}

function giveUp(
  failures: readonly Failure[],
  attempts: number,
  cause: unknown,
  report: SendOptions['report'],
): void {
  const entries = failures.map(({ event, reason }) => ({ ...event.unsent, reason }));
  const bus = failures[0]?.event.entry.EventBusName ?? '';
  const error = new PublishError(
    'not_sent',
    `Could not send to the event bus "${bus}" in ${attempts} attempt(s): ` +
      `${entries.map(describeUnsent).join('; ')}.`,
    entries,
    cause === undefined ? {} : { cause },
  );
  report(error);
  for (const { event } of failures) event.failed(error);
}
