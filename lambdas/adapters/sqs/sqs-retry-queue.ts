// Enqueues retry jobs in SQS.
import type { RetryJob, RetryQueue } from '#core/fan-out/ports';
import type { DrainJob } from '#core/coalescing/ports';
import type { QueueRequests } from './requests/queue-requests';
import { bodiesOf, maxBodyBytes } from './retry-job-body';

/** Maximum number of messages in one request to SQS; together they may have as many bytes as one. */
const batchSize = 10;

/** Maximum delay of a retry. The delay is random, between half and all of a bound that doubles with each round. */
const longestDelaySeconds = 60;

interface Message {
  readonly body: string;
  readonly bytes: number;
  readonly delaySeconds: number;
}

export function createSqsRetryQueue(
  queues: QueueRequests,
  queueUrl: string,
  random: () => number,
): RetryQueue {
  async function sendBatch(batch: readonly Message[]): Promise<void> {
    const { Failed: failed = [] } = await queues.sendMessageBatch({
      QueueUrl: queueUrl,
      Entries: batch.map(({ body, delaySeconds }, index) => ({
        Id: String(index),
        MessageBody: body,
        DelaySeconds: delaySeconds,
      })),
    });
    if (failed.length === 0) return;
    const codes = failed.map(({ Code: code }) => code).join(', ');
    throw new Error(`SQS did not take ${failed.length} retry jobs: ${codes}`);
  }

  return {
    async send(jobs) {
      const messages = jobs.flatMap((job) => {
        const delaySeconds = delayOf(job, random);
        return bodiesOf(job).map((body) => ({
          ...{ body, delaySeconds },
          bytes: Buffer.byteLength(body),
        }));
      });
      await Promise.all(batchesOf(messages).map(sendBatch));
    },
  };
}

/** Enqueues a job to drain the pending events. @throws if the queue does not accept it */
export function createSqsHandOver(queues: QueueRequests, queueUrl: string): () => Promise<void> {
  const job: DrainJob = { drain: true };
  return async () => {
    await queues.sendMessage({ QueueUrl: queueUrl, MessageBody: JSON.stringify(job) });
  };
}

function delayOf({ round }: RetryJob, random: () => number): number {
  if (round === 0) return 0;
  const bound = Math.min(longestDelaySeconds, 2 ** round);
  return Math.ceil((bound * (1 + random())) / 2);
}

function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    bytes += message.bytes;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === batchSize || bytes > maxBodyBytes) {
      batches.push([message]);
      bytes = message.bytes;
    } else {
      batch.push(message);
    }
  }
  return batches;
}
