import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { gunzipSync } from 'node:zlib';
import { mockClient } from 'aws-sdk-client-mock';
import { createSdkQueues } from '#adapters/sqs/requests/sdk-queues';
import { heartbeatMessage } from '#core/fan-out/outgoing-message';
import { createSqsHeartbeatQueue } from '#adapters/sqs/sqs-heartbeat-queue';
import { parseRetryJob } from '#adapters/sqs/retry-job-body';
import {
  createSqsDeadLettersOfEvents,
  createSqsDeadLettersOfJobs,
} from '#adapters/sqs/sqs-dead-letter-queue';

const sqs = mockClient(SQSClient);
const queues = createSdkQueues(new SQSClient({ region: 'us-east-1' }));

beforeEach(() => sqs.reset());

it('plans heartbeats with delays in whole seconds, ten per request', async () => {
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  const now = 1_707_163_200_250;
  const beats = Array.from({ length: 11 }, (_, index) => ({ dueAt: now + (index + 1) * 5_000 }));
  await createSqsHeartbeatQueue(queues, 'the-queue').plan(beats, now);
  const inputs = sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input);
  expect(inputs.map((input) => input.Entries?.length)).toEqual([10, 1]);
  const entries = inputs.flatMap((input) => input.Entries ?? []);
  expect(entries.map((entry) => entry.DelaySeconds)).toEqual([
    ...[5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55],
  ]);
  expect(entries.map((entry) => JSON.parse(entry.MessageBody ?? '') as unknown)).toEqual(beats);
});

it('sends no request if there is nothing to plan', async () => {
  await createSqsHeartbeatQueue(queues, 'the-queue').plan([], 0);
  expect(sqs.calls()).toHaveLength(0);
});

it('throws if SQS did not accept all heartbeats', async () => {
  const failed = { Id: '0', Code: 'InternalError', SenderFault: false };
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [failed] });
  const plan = createSqsHeartbeatQueue(queues, 'the-queue').plan([{ dueAt: 1 }], 0);
  await expect(plan).rejects.toThrow('SQS did not take 1 planned heartbeats: InternalError');
});

it('sends the whole rejected event as body, with the reason as attribute', async () => {
  sqs.on(SendMessageCommand).resolves({});
  const event = { id: '1', detail: { lastMessage: 'x'.repeat(300_000) } };
  await createSqsDeadLettersOfEvents(queues, 'the-queue', 'event').keep(event, 'r'.repeat(2_000));
  const input = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
  expect(JSON.parse(input?.MessageBody ?? '')).toEqual(event);
  expect(input?.QueueUrl).toBe('the-queue');
  expect(input?.MessageAttributes?.['kind']?.StringValue).toBe('event');
  expect(input?.MessageAttributes?.['reason']?.StringValue).toBe('r'.repeat(1_000));
});

it('does not cut a reason within a character', async () => {
  sqs.on(SendMessageCommand).resolves({});
  const reason = `${'r'.repeat(999)}🚀`;
  await createSqsDeadLettersOfEvents(queues, 'the-queue', 'event').keep({}, reason);
  const input = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
  expect(input?.MessageAttributes?.['reason']?.StringValue).toBe('r'.repeat(999));
});

it('sends a rejected order, and a job with the body of the retry queue, so that it can be moved back', async () => {
  sqs.on(SendMessageCommand).resolves({});
  await createSqsDeadLettersOfEvents(queues, 'the-queue', 'order').keep({}, 'userId must be text');
  const common = { messages: [heartbeatMessage(1)], round: 13 };
  const jobs = [
    {
      ...common,
      connections: [{ userId: 'alice', connectionId: 'c', connectedAt: 2, expiresAt: 3 }],
    },
    { ...common, shard: 4 },
  ];
  const deadLetters = createSqsDeadLettersOfJobs(queues, 'the-queue');
  for (const job of jobs) await deadLetters.keep(job, 'not delivered in 12 rounds');
  const inputs = sqs.commandCalls(SendMessageCommand).map((call) => call.args[0].input);
  expect(inputs.map((input) => input.MessageAttributes?.['kind']?.StringValue)).toEqual([
    'order',
    'job',
    'job',
  ]);
  const bodies = inputs.slice(1).map((input) => input.MessageBody ?? '');
  expect(bodies.map(parseRetryJob)).toEqual(jobs);
});

it('escapes characters in the JSON that SQS does not accept in a body', async () => {
  sqs.on(SendMessageCommand).resolves({});
  const event = { text: 'a\uFFFEb\uFFFFc\uD800' };
  await createSqsDeadLettersOfEvents(queues, 'the-queue', 'event').keep(event, 'reason');
  const body = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input.MessageBody ?? '';
  expect(body).not.toMatch(/[\uFFFE\uFFFF\uD800]/);
  expect(JSON.parse(body)).toEqual(event);
});

it('compresses an event that leaves no space for its reason', async () => {
  sqs.on(SendMessageCommand).resolves({});
  const event = { text: 'x'.repeat(1024 * 1024) };
  await createSqsDeadLettersOfEvents(queues, 'the-queue', 'event').keep(event, 'reason');
  const body = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input.MessageBody ?? '';
  const { gzip } = JSON.parse(body) as { gzip: string };
  expect(JSON.parse(gunzipSync(Buffer.from(gzip, 'base64')).toString())).toEqual(event);
});
