import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createSdkQueues } from '#adapters/sqs/requests/sdk-queues';
import fc from 'fast-check';
import { parseRetryJob } from '#adapters/sqs/retry-job-body';
import { createSqsRetryQueue } from '#adapters/sqs/sqs-retry-queue';
import type { Connection } from '#core/connections/ports';
import { heartbeatMessage, messageOfEvent } from '#core/fan-out/outgoing-message';
import type { RetryJob } from '#core/fan-out/ports';
import { agentEvent, sessionEvent } from '#test/support/data/events';

const sqs = mockClient(SQSClient);
const queues = createSdkQueues(new SQSClient({ region: 'us-east-1' }));
const queue = createSqsRetryQueue(queues, 'the-queue', () => 0.5);

beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
});

const batches = () =>
  sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries ?? []);
const sent = () => batches().flatMap((entries) => entries.map((entry) => entry.MessageBody ?? ''));

const job = {
  messages: [messageOfEvent(agentEvent('a', 'online', 1)), heartbeatMessage(1)],
  round: 1,
};

/** A message whose text has at least `length` characters, and more as JSON. */
const longMessage = (length: number) =>
  messageOfEvent(sessionEvent('a', 's', '"'.repeat(length / 2), 1));
const connection = (index: number, userId = `user-${index}`): Connection => ({
  userId,
  connectionId: `L0SM9cOFvHc${index}=`,
  connectedAt: 1_707_163_200_123,
  expiresAt: 1_707_163_260_000,
});

it('parses a sent job as the same job', async () => {
  const jobs: RetryJob[] = [
    { ...job, connections: [connection(1), connection(2, 'ä#"\\')] },
    { ...job, stuckRounds: 2, connections: [connection(3)] },
    { ...job, shard: 3 },
    { ...job, shard: 3, lane: 'batched' },
    { ...job, shard: 4, after: { userId: 'a', connectionId: 'b=' } },
  ];
  await queue.send(jobs);
  expect(sent().map(parseRetryJob)).toEqual(jobs);
});

it('writes a connection with batches with a fifth element, and reads connections without one', async () => {
  const connections = [{ ...connection(1), batches: true }, connection(2)];
  await queue.send([{ ...job, connections }]);
  const [body = ''] = sent();
  expect(JSON.parse(body)).toMatchObject({
    connections: [
      ['user-1', 'L0SM9cOFvHc1=', 1_707_163_200_123, 1_707_163_260_000, 1],
      ['user-2', 'L0SM9cOFvHc2=', 1_707_163_200_123, 1_707_163_260_000],
    ],
  });
  expect(parseRetryJob(body)).toEqual({ ...job, connections });
  for (const wrong of [',2]', ',null]', ',1,1]']) {
    expect(() => parseRetryJob(body.replace(',1]', wrong))).toThrow('is not a retry job');
  }
});

it('sends 16 shards in two requests, without delay', async () => {
  await queue.send(Array.from({ length: 16 }, (_, shard) => ({ ...job, round: 0, shard })));
  expect(batches().map((entries) => entries.length)).toEqual([10, 6]);
  expect(new Set(batches().flatMap((entries) => entries.map((e) => e.DelaySeconds)))).toEqual(
    new Set([0]),
  );
});

it.each([
  [1, 2],
  [3, 6],
  [6, 45],
  [12, 45],
])('delays round %i by %i s', async (round, seconds) => {
  await queue.send([{ ...job, round, shard: 1 }]);
  expect(batches()[0]?.[0]?.DelaySeconds).toBe(seconds);
});

it('divides a list of connections into requests of at most 256 KB, without losing one', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6_000 }),
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 0, max: 32_000 }),
      async (count, userIdLength, messageLength) => {
        sqs.resetHistory();
        const userId = '"'.repeat(userIdLength);
        const connections = Array.from({ length: count }, (_, index) => ({
          ...connection(index, userId),
          ...(index % 3 === 0 && { batches: true }),
        }));
        await queue.send([{ ...job, messages: [longMessage(messageLength)], connections }]);
        for (const entries of batches()) {
          const bytes = entries.map((entry) => Buffer.byteLength(entry.MessageBody ?? ''));
          expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(256 * 1024);
          expect(entries.length).toBeLessThanOrEqual(10);
        }
        const found = sent()
          .map(parseRetryJob)
          .flatMap((one) => ('connections' in one ? one.connections : []));
        expect(found).toEqual(connections);
      },
    ),
    { numRuns: 15 },
  ));

it('throws if SQS did not accept all entries', async () => {
  const failed = { Id: '0', Code: 'InternalError', SenderFault: false };
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failed] });
  await expect(queue.send([{ ...job, shard: 1 }])).rejects.toThrow('InternalError');
});

it.each([
  '{}',
  '[]',
  'null',
  '{"message":"{}","type":"x","reportedAt":1,"round":0}',
  '{"messages":[],"round":0,"shard":1}',
])('rejects %s, which is not a job', (body) => {
  expect(() => parseRetryJob(body)).toThrow('The message is not a retry job');
});

it.each([
  'a secret message',
  '{"frame":"a secret message',
  '{"frame":7,"type":"a secret message","reportedAt":"a secret message","round":"a secret message"}',
])('does not repeat the text %s in the error', (body) => {
  expect(() => parseRetryJob(body)).toThrow(
    'The message is not a retry job: it must be messages for connections or for a shard',
  );
});

it('reads a heartbeat job of version 0.1.0', () => {
  const body = String.raw`{"frame":"{\"type\":\"heartbeat\",\"payload\":{\"timestamp\":3}}","round":1,"shard":2}`;
  expect(parseRetryJob(body)).toEqual({
    messages: [heartbeatMessage(3)],
    ...{ round: 1, shard: 2 },
  });
});

it('reads all fields of an event job of version 0.1.0', () => {
  const [message] = job.messages;
  const old = { frame: message?.text, type: 'agent:status', reportedAt: 1, round: 2 };
  const entry = ['alice', 'c=', 1, 2];
  expect(parseRetryJob(JSON.stringify({ ...old, stuckRounds: 1, connections: [entry] }))).toEqual({
    ...{ messages: [message], round: 2, stuckRounds: 1 },
    connections: [{ userId: 'alice', connectionId: 'c=', connectedAt: 1, expiresAt: 2 }],
  });
  const after = { userId: 'a', connectionId: 'b=' };
  expect(parseRetryJob(JSON.stringify({ ...old, shard: 3, after }))).toEqual({
    ...{ messages: [message], round: 2, shard: 3, after },
  });
});

it('rejects a job with an unreadable message, and does not repeat the message in the error', () => {
  const body = JSON.stringify({ messages: ['a secret'], round: 0, shard: 1 });
  expect(() => parseRetryJob(body)).toThrow(/^The text is no message of this service$/);
});

it('writes only the text of a message', async () => {
  await queue.send([
    { ...job, connections: [connection(1)] },
    { ...job, shard: 3 },
  ]);
  const messages = job.messages.map(({ text }) => text);
  const entry = ['user-1', 'L0SM9cOFvHc1=', 1_707_163_200_123, 1_707_163_260_000];
  expect(sent()).toEqual([
    JSON.stringify({ messages, round: 1, connections: [entry] }),
    JSON.stringify({ messages, round: 1, shard: 3 }),
  ]);
});

it('divides messages that do not fit into several jobs, in order, each for all connections', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 32_000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 2_500 }),
      async (lengths, count) => {
        sqs.resetHistory();
        const messages = lengths.map(longMessage);
        const connections = Array.from({ length: count }, (_, index) => connection(index));
        await queue.send([
          { messages, round: 0, ...(count === 0 ? { shard: 1 } : { connections }) },
        ]);
        const jobs = sent().map(parseRetryJob);
        for (const body of sent()) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024);
        const received = (index: number) =>
          jobs
            .filter(
              (one) =>
                !('connections' in one) ||
                one.connections.some(({ userId }) => userId === `user-${index}`),
            )
            .flatMap((one) => ('drain' in one ? [] : one.messages));
        for (const index of [0, count - 1]) expect(received(index)).toEqual(messages);
      },
    ),
    { numRuns: 15 },
  ));
