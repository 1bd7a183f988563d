// Sends one batch of entries, and retries those that EventBridge did not accept, until all events are settled.
import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { FilledEntry } from './batch';
import { describeUnsent, PublishError } from './publish-error';
import {
  attemptsOf,
  mayPassLater,
  mayRecover,
  needsFreshCredentials,
  pauseMilliseconds,
} from './retry';

export interface SendOptions {
  readonly client: EventBridgeClient;
  /** The maximum number of requests for an event, including the first. */
  readonly maxAttempts: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Returns a random number from 0 to 1, as `Math.random` does. */
  readonly random: () => number;
  /** Called once for each error, in addition to `failed` of its events. */
  readonly report: (error: PublishError) => void;
}

interface Failure {
  readonly filled: FilledEntry;
  readonly reason: string;
  readonly retryable: boolean;
}

/** Sends a batch, and settles each of its events. Never rejects. */
export async function sendBatch(
  batch: readonly FilledEntry[],
  options: SendOptions,
): Promise<void> {
  const { client, maxAttempts, sleep, random, report } = options;
  let left = batch;
  let attempts = 0;
  while (left.length > 0) {
    const { failures, cause, attemptsMade } = await put(left, client);
    attempts += attemptsMade;
    const failed = new Set(failures.map(({ filled }) => filled));
    for (const filled of left) {
      if (!failed.has(filled)) for (const event of filled.events) event.sent();
    }

    const given = failures.filter(({ retryable }) => !retryable || attempts >= maxAttempts);
    if (given.length > 0) giveUp(given, attempts, cause, report);
    const lost = new Set(given.map(({ filled }) => filled));
    left = left.filter((filled) => failed.has(filled) && !lost.has(filled));
    if (left.length === 0) return;
    await sleep(pauseMilliseconds(attempts, random));
    if (needsFreshCredentials(cause)) await refreshCredentials(client);
  }
}

interface Attempt {
  readonly failures: readonly Failure[];
  readonly cause?: unknown;
  readonly attemptsMade: number;
}

async function put(batch: readonly FilledEntry[], client: EventBridgeClient): Promise<Attempt> {
  try {
    const command = new PutEventsCommand({ Entries: batch.map(({ entry }) => entry) });
    const answer = await client.send(command);
    const failures = batch.flatMap((filled, index): Failure[] => {
      // The results have the order of the entries; accepted entries have no error code.
      const reason = answer.Entries?.[index]?.ErrorCode;
      return reason === undefined ? [] : [{ filled, reason, retryable: mayPassLater(reason) }];
    });
    return { failures, attemptsMade: attemptsOf(answer) };
  } catch (cause) {
    const reason = reasonOf(cause);
    const retryable = mayRecover(cause);
    const failures = batch.map((filled) => ({ filled, reason, retryable }));
    return { failures, cause, attemptsMade: attemptsOf(cause) };
  }
}

/**
 * Makes the client get credentials from its provider again. By itself, the client does so only when they expire, and some
 * credentials have no expiry. Never rejects: if there are no credentials, the next attempt fails with the reason.
 */
async function refreshCredentials({ config }: EventBridgeClient): Promise<void> {
  const credentials: (options: { readonly forceRefresh: boolean }) => Promise<unknown> =
    config.credentials;
  await credentials({ forceRefresh: true }).catch(() => undefined);
}

/** Returns the error code of the network, e.g. `ECONNREFUSED`, or otherwise the name of the error. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'Error';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}

/** The maximum number of events in the message of an error; `entries` has all of them. */
const maxDescribed = 10;

function giveUp(
  failures: readonly Failure[],
  attempts: number,
  cause: unknown,
  report: SendOptions['report'],
): void {
  const entries = failures.flatMap(({ filled, reason }) =>
    filled.events.map(({ unsent }) => ({ ...unsent, reason })),
  );
  const bus = failures[0]?.filled.entry.EventBusName ?? '';
  const described = entries.slice(0, maxDescribed).map(describeUnsent);
  const more = entries.length - described.length;
  if (more > 0) described.push(`${more} more`);
  const error = new PublishError(
    'not_sent',
    `Could not send to the event bus "${bus}" in ${attempts} attempt(s): ${described.join('; ')}.`,
    entries,
    cause === undefined ? {} : { cause },
  );
  report(error);
  for (const { filled } of failures) for (const event of filled.events) event.failed(error);
}
