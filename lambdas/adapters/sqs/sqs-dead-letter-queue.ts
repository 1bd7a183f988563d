// Puts invalid events and jobs that were given up into the dead-letter queue, with the kind and the reason as attributes.
import { gzipSync } from 'node:zlib';
import type { DeadLetterQueue } from '#core/dead-letter-queue';
import type { RetryJob } from '#core/fan-out/ports';
import type { QueueRequests } from './requests/queue-requests';
import { bodyOf as bodyOfJob } from './retry-job-body';

/** Maximum characters of the reason, because an invalid event can have many faults. */
const longestReason = 1_000;

/** For events of backends and orders of operators, in the form in which the bus delivered them. */
export function createSqsDeadLettersOfEvents(
  queues: QueueRequests,
  queueUrl: string,
  kind: 'event' | 'order',
): DeadLetterQueue<unknown> {
  return { keep: (event, reason) => send(queues, queueUrl, { kind, reason, body: event }) };
}

/** For jobs that were given up, in the form of the retry queue: there they can be processed again. */
export function createSqsDeadLettersOfJobs(
  queues: QueueRequests,
  queueUrl: string,
): DeadLetterQueue<RetryJob> {
  return {
    keep: (job, reason) => send(queues, queueUrl, { kind: 'job', reason, body: bodyOfJob(job) }),
  };
}

async function send(
  queues: QueueRequests,
  queueUrl: string,
  {
    kind,
    reason,
    body,
  }: { readonly kind: string; readonly reason: string; readonly body: unknown },
): Promise<void> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  await queues.sendMessage({
    QueueUrl: queueUrl,
    MessageBody: bodyOf(body),
    MessageAttributes: { kind: text(kind), reason: text(shorten(reason)) },
  });
}

/** Cuts a reason without leaving half of a character, which SQS would not accept. */
function shorten(reason: string): string {
  return reason.slice(0, longestReason).replace(/\p{Surrogate}$/u, '');
}

/**
 * Maximum bytes of a body, which leave room for the reason. A message has at most 1 MiB in all, and so has an event.
 * @see https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb
 */
const maxBodyBytes = 1024 * 1024 - 8 * 1024;

/** The body as JSON; one that is too long is compressed: `{"gzip": "<base64>"}`. */
function bodyOf(event: unknown): string {
  // Two characters are legal in JSON and not in SQS:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  const text = JSON.stringify(event).replace(/[\uFFFE\uFFFF]/g, (character) =>
    character === '\uFFFE' ? '\\ufffe' : '\\uffff',
  );
  if (Buffer.byteLength(text) <= maxBodyBytes) return text;
  return JSON.stringify({ gzip: gzipSync(text).toString('base64') });
}
