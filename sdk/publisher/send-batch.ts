// Sends one batch of events, and repeats what was not accepted, until all events are settled.
import { describeUnsent, PublishError } from './publish-error';
import { pauseMilliseconds } from './retry';
import type { Failure, Part, Transport } from './transport';

export interface SendOptions {
  /** The maximum number of requests for an event, including the first. */
  readonly maxAttempts: number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Returns a random number from 0 to 1, as `Math.random` does. */
  readonly random: () => number;
  /** Called once for each error, in addition to `failed` of its events. */
  readonly report: (error: PublishError) => void;
}

/** Sends a batch, and settles each of its events. Never rejects. */
export async function sendBatch<OnePart extends Part>(
  batch: readonly OnePart[],
  transport: Transport<OnePart>,
  options: SendOptions,
): Promise<void> {
  const { maxAttempts, sleep, random } = options;
  let left = batch;
  let attempts = 0;
  while (left.length > 0) {
    const { failures, cause, attemptsMade } = await transport.send(left);
    attempts += attemptsMade;
    const failed = new Set(failures.map(({ part }) => part));
    for (const part of left) {
      if (!failed.has(part)) for (const event of part.events) event.sent();
    }

    const given = failures.filter(({ retryable }) => !retryable || attempts >= maxAttempts);
    if (given.length > 0) {
      giveUp(given, { attempts, cause, destination: transport.destination }, options.report);
    }
    const lost = new Set(given.map(({ part }) => part));
    left = left.filter((part) => failed.has(part) && !lost.has(part));
    if (left.length === 0) return;
    await sleep(pauseMilliseconds(attempts, random));
    await transport.prepareRetry(cause);
  }
}

/** The maximum number of events in the message of an error; `entries` has all of them. */
const maxDescribed = 10;

function giveUp(
  failures: readonly Failure<Part>[],
  about: { readonly attempts: number; readonly cause: unknown; readonly destination: string },
  report: SendOptions['report'],
): void {
  const { attempts, cause, destination } = about;
  const entries = failures.flatMap(({ part, reason }) =>
    part.events.map(({ unsent }) => ({ ...unsent, reason })),
  );
  const described = entries.slice(0, maxDescribed).map(describeUnsent);
  const more = entries.length - described.length;
  if (more > 0) described.push(`${more} more`);
  const error = new PublishError(
    'not_sent',
    `Could not send to ${destination} in ${attempts} attempt(s): ${described.join('; ')}.`,
    entries,
    cause === undefined ? {} : { cause },
  );
  report(error);
  for (const { part } of failures) for (const event of part.events) event.failed(error);
}
