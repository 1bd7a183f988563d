// What somebody has to look at is kept in the dead-letter queue, each with its kind and the reason beside it.
import { gzipSync } from 'node:zlib';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetterQueue } from '#core/dead-letter-queue';
import type { RetryJob } from '#core/fan-out/ports';
import { bodyOf as bodyOfJob } from './retry-job-body';

/** Characters of the reason that are kept: a bad event can have many faults. */
const longestReason = 1_000;

/** Events that backends report, and orders of operators: both as they came from the bus. */
export function createSqsDeadLettersOfEvents(
  client: SQSClient,
  queueUrl: string,
  kind: 'event' | 'order',
): DeadLetterQueue<unknown> {
  return { keep: (event, reason) => send(client, queueUrl, { kind, reason, body: event }) };
}

/** Jobs that were given up, as they were in the retry queue: back there, they are done again. */
export function createSqsDeadLettersOfJobs(
  client: SQSClient,
  queueUrl: string,
): DeadLetterQueue<RetryJob> {
  return {
    keep: (job, reason) => send(client, queueUrl, { kind: 'job', reason, body: bodyOfJob(job) }),
  };
}

async function send(
  client: SQSClient,
  queueUrl: string,
  {
    kind,
    reason,
    body,
  }: { readonly kind: string; readonly reason: string; readonly body: unknown },
): Promise<void> {
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  await client.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: bodyOf(body),
      MessageAttributes: { kind: text(kind), reason: text(reason.slice(0, longestReason)) },
    }),
  );
}

/**
 * Bytes of a body that leave room for the reason. A message has at most 1 MiB in all, and so has an event.
 * @see https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb
 */
const maxBodyBytes = 1024 * 1024 - 8 * 1024;

/** The event as JSON; one that would not fit beside its reason is packed: `{"gzip": "<base64>"}`. */
function bodyOf(event: unknown): string {
  // Two characters are legal in JSON and not in SQS:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  const text = JSON.stringify(event).replace(/[\uFFFE\uFFFF]/g, (character) =>
    character === '\uFFFE' ? '\\ufffe' : '\\uffff',
  );
  if (Buffer.byteLength(text) <= maxBodyBytes) return text;
  return JSON.stringify({ gzip: gzipSync(text).toString('base64') });
}
