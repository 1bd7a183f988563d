// A retry job as the body of a message in SQS, and back. What is too long for one body becomes several.
import * as v from 'valibot';
import { describeFaults, objectOf, parse } from '#sdk/protocol';
import type { Connection } from '#core/connections/ports';
import { readOutgoing } from '#core/fan-out/outgoing-message';
import type { RetryJob } from '#core/fan-out/ports';
import type { DrainJob } from '#core/coalescing/ports';

/** What SQS takes in a message, and in one request, where the limit is not raised yet. */
export const maxBodyBytes = 256 * 1024;

/** Bytes of the messages in one body: what is left is for connections. */
const maxMessagesBytes = 192 * 1024;

/** A retry job whose messages are texts: all else of them is told by their text. */
type QueuedJob = RetryJob<string>;

type PlainEntry = [userId: string, connectionId: string, connectedAt: number, expiresAt: number];

/** A connection; the 1 says that it has negotiated batches. */
type Entry = PlainEntry | [...PlainEntry, batches: 1];

/** A job as the body of a message has it, without a look at its length. */
export function bodyOf(job: RetryJob): object {
  const messages = job.messages.map(({ text }) => text);
  if (!('connections' in job)) return { ...job, messages };
  return { ...job, messages, connections: job.connections.map(entryOf) };
}

function entryOf({ userId, connectionId, connectedAt, expiresAt, batches }: Connection): Entry {
  const entry: PlainEntry = [userId, connectionId, connectedAt, expiresAt];
  return batches ? [...entry, 1] : entry;
}

/** A job whose lists are too long for one body becomes several; its first messages come first. */
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

/** Cuts a list into parts of at most so many bytes, with a comma after each text. */
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
    // Instead of what valibot says, which repeats what it found.
  ],
  'must be messages for connections or for a shard',
);

/** Reads a message's body. @throws when it is no job of ours; the error says nothing of what is in it */
export function parseRetryJob(body: string): RetryJob | DrainJob {
  const parsed = parse(jobSchema, jsonOf(body));
  if (!parsed.ok) {
    throw new Error(`The message is not a retry job: it ${describeFaults(parsed.faults)}`);
  }
  const job = parsed.value as DrainJob | QueuedJob;
  return 'drain' in job ? job : { ...job, messages: job.messages.map(readOutgoing) };
}

/** JSON's own error would repeat the beginning of the text, which has a message in it. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
