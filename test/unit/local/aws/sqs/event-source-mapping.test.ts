// An event source mapping invokes its function as on AWS: batches, partial failures, limited concurrency.
import { EventSourceMapping } from '#local/aws/sqs/event-source-mapping';
import { Queue } from '#local/aws/sqs/queue';
import type { InvocationResult } from '#local/lambda/invocation';
import { fakeTimers } from '#test/support/local/fake-timers';

interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}
type Answer = (event: SqsEvent) => InvocationResult | Promise<InvocationResult>;

const opened: (() => void)[] = [];
afterEach(() => {
  opened.splice(0).forEach((close) => {
    close();
  });
});

const success: InvocationResult = { ok: true, value: null };
const failure: InvocationResult = { ok: false, errorType: 'Error', errorMessage: 'no' };

function setUp(
  answer: Answer,
  options: Partial<ConstructorParameters<typeof EventSourceMapping>[0]> = {},
) {
  const timers = fakeTimers();
  const queue = new Queue(
    {
      name: 'jobs',
      arn: 'arn:jobs',
      url: 'u',
      delaySeconds: 0,
      maximumMessageBytes: 1024,
      retentionSeconds: 600,
      receiveWaitSeconds: 0,
      visibilityTimeoutSeconds: 30,
      policy: [],
    },
    timers,
  );
  const batches: string[][] = [];
  const mapping = new EventSourceMapping({
    queue,
    target: {
      name: 'tiny',
      arn: 'arn:tiny',
      invokeAsync: () => undefined,
      async invoke(event) {
        const given = event as SqsEvent;
        batches.push(given.Records.map(({ body }) => body));
        return answer(given);
      },
    },
    batchSize: 10,
    batchingWindowSeconds: 0,
    reportsItemFailures: false,
    maximumConcurrency: 2,
    timers,
    log: () => undefined,
    ...options,
  });
  opened.push(() => {
    mapping.close();
    queue.close();
  });
  const send = (...bodies: string[]) => {
    for (const body of bodies) queue.send({ body, senderId: 'me' });
  };
  return { timers, queue, mapping, batches, send };
}

it('receives all visible messages in one batch, and deletes them when the function succeeds', async () => {
  const { timers, queue, mapping, batches, send } = setUp(() => success);
  send('a', 'b');
  mapping.start();
  await timers.advance(60_000);
  expect(batches).toEqual([['a', 'b']]);
  expect(queue.count()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});

it('invokes the function as soon as a message is sent, not at the next poll', async () => {
  const { timers, mapping, batches, send } = setUp(() => success);
  mapping.start();
  await timers.advance(33_000);
  send('a');
  await timers.advance(0);
  expect(batches).toEqual([['a']]);
});

it('invokes the function with records in the format of SQS events', async () => {
  let event: unknown;
  const { timers, queue, mapping } = setUp((given) => {
    event = given;
    return success;
  });
  const messageAttributes = { reason: { DataType: 'String', StringValue: 'why' } };
  const messageId = queue.send({ body: 'x', senderId: 'me', messageAttributes });
  mapping.start();
  await timers.advance(0);
  const at = String(timers.now());
  expect(JSON.parse(JSON.stringify(event))).toEqual({
    Records: [
      {
        messageId,
        receiptHandle: expect.any(String) as string,
        body: 'x',
        attributes: {
          ApproximateFirstReceiveTimestamp: at,
          ApproximateReceiveCount: '1',
          SenderId: 'me',
          SentTimestamp: at,
        },
        messageAttributes: {
          reason: {
            stringValue: 'why',
            dataType: 'String',
            stringListValues: [],
            binaryListValues: [],
          },
        },
        md5OfBody: '9dd4e461268c8034f5c8564e155c67a6',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:jobs',
        awsRegion: 'us-east-1',
      },
    ],
  });
});

it('receives a failed batch again after the visibility timeout', async () => {
  const answers = [failure, success];
  const { timers, queue, mapping, batches, send } = setUp(() => answers.shift() ?? success);
  send('a');
  mapping.start();
  await timers.advance(29_999);
  expect(batches).toEqual([['a']]);
  await timers.advance(1);
  expect(batches).toEqual([['a'], ['a']]);
  expect(queue.count().inFlight).toBe(0);
});

const idsOf = (event: SqsEvent, ...bodies: string[]) =>
  event.Records.filter(({ body }) => bodies.includes(body)).map(({ messageId }) => ({
    itemIdentifier: messageId,
  }));

it.each<[string, (event: SqsEvent) => unknown, string[]]>([
  ['one item', (event) => ({ batchItemFailures: idsOf(event, 'b') }), ['b']],
  ['no item', () => ({ batchItemFailures: [] }), []],
  ['nothing', () => null, []],
  ['an empty object', () => ({}), []],
  ['an unknown item', () => ({ batchItemFailures: [{ itemIdentifier: 'x' }] }), ['a', 'b']],
  ['an item without an id', () => ({ batchItemFailures: [{}] }), ['a', 'b']],
  ['nonsense', () => ({ batchItemFailures: 'b' }), ['a', 'b']],
  ['a text', () => 'fine', ['a', 'b']],
])('handles a response that reports %s as failed as Lambda does', async (_, report, again) => {
  let first = true;
  const { timers, mapping, batches, send } = setUp(
    (event) => {
      const value = first ? report(event) : null;
      first = false;
      return { ok: true, value };
    },
    { reportsItemFailures: true },
  );
  send('a', 'b');
  mapping.start();
  await timers.advance(60_000);
  expect(batches.slice(1).flat()).toEqual(again);
});

it('ignores the returned value without ReportBatchItemFailures', async () => {
  const { timers, mapping, batches, send } = setUp((event) => ({
    ok: true,
    value: { batchItemFailures: idsOf(event, 'a') },
  }));
  send('a');
  mapping.start();
  await timers.advance(60_000);
  expect(batches).toHaveLength(1);
});

it('processes all batches, with at most the maximum concurrency', async () => {
  let running = 0;
  let most = 0;
  const { timers, mapping, batches, send } = setUp(
    () => {
      running += 1;
      most = Math.max(most, running);
      return new Promise((resolve) => {
        timers.after(1_000, () => {
          running -= 1;
          resolve(success);
        });
      });
    },
    { batchSize: 1 },
  );
  send('a', 'b', 'c', 'd', 'e');
  mapping.start();
  await timers.advance(10_000);
  expect(most).toBe(2);
  expect(batches.flat().sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('collects messages until the batch is full or the batching window is over', async () => {
  const { timers, mapping, batches, send } = setUp(() => success, {
    batchSize: 3,
    batchingWindowSeconds: 5,
    maximumConcurrency: 1,
  });
  mapping.start();
  send('a');
  await timers.advance(4_000);
  send('b');
  expect(batches).toEqual([]);
  await timers.advance(1_000);
  expect(batches).toEqual([['a', 'b']]);
  send('c', 'd', 'e', 'f');
  await timers.advance(0);
  expect(batches).toEqual([
    ['a', 'b'],
    ['c', 'd', 'e'],
  ]);
});
