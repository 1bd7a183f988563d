// Deliveries that another worker goes on with, as messages in SQS.
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as v from 'valibot';
import { objectOf, parse, describeFaults } from '../../sdk/protocol';
import type { Connection, DeliveryJob, DeliveryQueue } from '../core/ports';

/** What SQS takes in one request, in messages and, where the limit is not raised yet, in bytes. */
const batchSize = 10;
const maxBytes = 256 * 1024;

/** The pause before a job that was put back: up to a bound that doubles with each round, half of it at least. */
const longestDelaySeconds = 60;

type PlainEntry = [userId: string, connectionId: string, connectedAt: number, expiresAt: number];

/** A connection; the 1 says that it has negotiated batches. */
type Entry = PlainEntry | [...PlainEntry, batches: 1];

interface Message {
  readonly body: string;
  readonly bytes: number;
  readonly delaySeconds: number;
}

export function createSqsDeliveryQueue(
  client: SQSClient,
  queueUrl: string,
  random: () => number,
): DeliveryQueue {
  async function sendBatch(batch: readonly Message[]): Promise<void> {
    const { Failed: failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ body, delaySeconds }, index) => ({
          Id: String(index),
          MessageBody: body,
          DelaySeconds: delaySeconds,
        })),
      }),
    );
    if (failed.length === 0) return;
    const codes = failed.map(({ Code: code }) => code).join(', ');
    throw new Error(`SQS did not take ${failed.length} deliveries: ${codes}`);
  }

  return {
    async send(jobs) {
      const messages = jobs.flatMap((job) => messagesOf(job, delayOf(job, random)));
      await Promise.all(batchesOf(messages).map(sendBatch));
    },
  };
}

function delayOf({ round }: DeliveryJob, random: () => number): number {
  if (round === 0) return 0;
  const bound = Math.min(longestDelaySeconds, 2 ** round);
  return Math.ceil((bound * (1 + random())) / 2);
}

/** A job as the body of a message has it, without a look at its length. */
export function messageOf(job: DeliveryJob): object {
  if (!('connections' in job)) return job;
  return { ...job, connections: job.connections.map(entryOf) };
}

function entryOf({ userId, connectionId, connectedAt, expiresAt, batches }: Connection): Entry {
  const entry: PlainEntry = [userId, connectionId, connectedAt, expiresAt];
  return batches ? [...entry, 1] : entry;
}

/** A list that is too long for a message becomes several. */
function messagesOf(job: DeliveryJob, delaySeconds: number): Message[] {
  const whole = (body: string) => [{ body, bytes: Buffer.byteLength(body), delaySeconds }];
  if (!('connections' in job)) return whole(JSON.stringify(job));
  const { connections, ...rest } = job;
  const messages: Message[] = [];
  const room = maxBytes - Buffer.byteLength(JSON.stringify({ ...rest, connections: [] }));
  let part: string[] = [];
  let bytes = 0;
  const finish = () => {
    const body = `${JSON.stringify(rest).slice(0, -1)},"connections":[${part.join(',')}]}`;
    messages.push(...whole(body));
    [part, bytes] = [[], 0];
  };
  for (const connection of connections) {
    const text = JSON.stringify(entryOf(connection));
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > room) finish();
    part.push(text);
    bytes += size;
  }
  if (part.length > 0) finish();
  return messages;
}

function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    bytes += message.bytes;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === batchSize || bytes > maxBytes) {
      batches.push([message]);
      bytes = message.bytes;
    } else {
      batch.push(message);
    }
  }
  return batches;
}

const key = objectOf({ userId: v.string(), connectionId: v.string() });
const entry = [v.string(), v.string(), v.number(), v.number()] as const;
const common = {
  frame: v.string(),
  type: v.string(),
  reportedAt: v.number(),
  round: v.number(),
  stuckRounds: v.exactOptional(v.number()),
};
const jobSchema = v.union(
  [
    v.object({
      ...common,
      connections: v.pipe(
        v.array(v.union([v.strictTuple(entry), v.strictTuple([...entry, v.literal(1)])])),
        v.transform((entries) =>
          entries.map(([userId, connectionId, connectedAt, expiresAt, batches]): Connection => ({
            ...{ userId, connectionId, connectedAt, expiresAt },
            ...(batches === 1 && { batches: true }),
          })),
        ),
      ),
    }),
    v.object({ ...common, shard: v.number(), after: v.exactOptional(key) }),
    // Instead of what valibot says, which repeats what it found.
  ],
  'must be a frame for connections or for a shard',
);

/** Reads a message's body. @throws when it is no job of ours; the error says nothing of what is in it */
export function parseDeliveryJob(body: string): DeliveryJob {
  const parsed = parse(jobSchema, jsonOf(body));
  if (parsed.ok) return parsed.value;
  throw new Error(`The message is no delivery: it ${describeFaults(parsed.faults)}`);
}

/** JSON's own error would repeat the beginning of the text, which has a message in it. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
