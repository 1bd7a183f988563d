// Converts retry jobs to bodies of SQS messages and back. A job that is too long for one body is split into several.
import * as v from 'valibot';
import { describeFaults, objectOf, parse } from '#sdk/protocol';
import type { Connection } from '#core/connections/ports';
import { readOutgoing } from '#core/fan-out/outgoing-message';
import type { RetryJob } from '#core/fan-out/ports';
import type { DrainJob } from '#core/coalescing/ports';

/** Maximum bytes of one SQS message, and of one request, where the limit has not been raised to 1 MiB yet. */
export const maxBodyBytes = 256 * 1024;

/** Maximum bytes of the messages in one body; the rest is for connections. */
const maxMessagesBytes = 192 * 1024;

/** A retry job whose messages are texts, from which all their other fields can be read. */
type QueuedJob = RetryJob<string>;

type PlainEntry = [userId: string, connectionId: string, connectedAt: number, expiresAt: number];

/** A connection; a trailing 1 means that it has negotiated batches. */
type Entry = PlainEntry | [...PlainEntry, batches: 1];

/** The body of a job as an object, whatever its length. */
export function bodyOf(job: RetryJob): object {
  const messages = job.messages.map(({ text }) => text);
  if (!('connections' in job)) return { ...job, messages };
  return { ...job, messages, connections: job.connections.map(entryOf) };
}

function entryOf({ userId, connectionId, connectedAt, expiresAt, batches }: Connection): Entry {
  const entry: PlainEntry = [userId, connectionId, connectedAt, expiresAt];
  return batches ? [...entry, 1] : entry;
}

/** The bodies of a job: several if its lists are too long for one, with its first messages first. */
export function bodiesOf(job: RetryJob): readonly string[] {
  const { messages, ...rest } = job;
  const parts = cut(
    messages.map(({ text }) => JSON.stringify(text)),
    maxMessagesBytes,
  );
  return parts.flatMap((part) => {
    const list = `"messages":[${part.join(',')}]`;
    if (!('connections' in rest)) return [`{${list},${JSON.stringify(rest).slice(1)}`];
    const { connections, ...common } = rest;
    const head = `{${list},${JSON.stringify(common).slice(1, -1)},"connections":[`;
    const entries = connections.map((connection) => JSON.stringify(entryOf(connection)));
    const room = maxBodyBytes - Buffer.byteLength(head) - 2;
    return cut(entries, room).map((listed) => `${head}${listed.join(',')}]}`);
  });
}

/** Splits a list into parts of at most `maxBytes`, with a comma after each text. */
function cut(texts: readonly string[], maxBytes: number): string[][] {
  const parts: string[][] = [];
  let bytes = Infinity;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1;
    bytes += size;
    const part = parts.at(-1);
    if (part === undefined || bytes > maxBytes) {
      parts.push([text]);
      bytes = size;
    } else {
      part.push(text);
    }
  }
  return parts;
}

const key = objectOf({ userId: v.string(), connectionId: v.string() });
const entry = [v.string(), v.string(), v.number(), v.number()] as const;
const common = {
  round: v.number(),
  stuckRounds: v.exactOptional(v.number()),
};
const connections = v.pipe(
  v.array(v.union([v.strictTuple(entry), v.strictTuple([...entry, v.literal(1)])])),
  v.transform((entries) =>
    entries.map(([userId, connectionId, connectedAt, expiresAt, batches]): Connection => ({
      ...{ userId, connectionId, connectedAt, expiresAt },
      ...(batches === 1 && { batches: true }),
    })),
  ),
);
const shard = {
  shard: v.number(),
  after: v.exactOptional(key),
  lane: v.exactOptional(v.picklist(['batched', 'single'])),
};
const messages = v.pipe(v.array(v.string()), v.nonEmpty());

/** Jobs of version 0.1.0, which had one message each. They may be in the queue for an hour, in the dead-letter queue for days. */
const oneMessage = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.object({ frame: v.string(), ...common, ...entries }),
    v.transform(({ frame, ...rest }) => ({ messages: [frame], ...rest })),
  );

const jobSchema = v.union(
  [
    v.object({ drain: v.literal(true) }),
    v.object({ messages, ...common, connections }),
    v.object({ messages, ...common, ...shard }),
    oneMessage({ connections }),
    oneMessage(shard),
    // Replaces valibot's message, which repeats the input.
  ],
  'must be messages for connections or for a shard',
);

/** Parses the body of a message. @throws if it is not a job; the error does not contain the body */
export function parseRetryJob(body: string): RetryJob | DrainJob {
  const parsed = parse(jobSchema, jsonOf(body));
  if (!parsed.ok) {
    throw new Error(`The message is not a retry job: it ${describeFaults(parsed.faults)}`);
  }
  const job = parsed.value as DrainJob | QueuedJob;
  return 'drain' in job ? job : { ...job, messages: job.messages.map(readOutgoing) };
}

/** Undefined if the text is not JSON. The error of JSON.parse would repeat the text, which contains messages. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
