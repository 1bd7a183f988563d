// The queue behaves over time as SQS documents it: delays, visibility, retention, redrive and long polling.
import { Queue, type QueueSettings } from '#local/aws/sqs/queue';
import { fakeTimers } from '#test/support/local/fake-timers';

function setUp(settings: Partial<QueueSettings> = {}) {
  const timers = fakeTimers();
  const queue = new Queue(
    {
      name: 'jobs',
      arn: 'arn:jobs',
      url: 'http://127.0.0.1/jobs',
      delaySeconds: 0,
      maximumMessageBytes: 1024,
      retentionSeconds: 600,
      receiveWaitSeconds: 0,
      visibilityTimeoutSeconds: 30,
      policy: [],
      ...settings,
    },
    timers,
  );
  const send = (body: string, delaySeconds?: number) =>
    queue.send({ body, senderId: 'me', delaySeconds });
  const receive = async (options: { maximum?: number; waitSeconds?: number } = {}) =>
    (await queue.receive({ maximum: 10, ...options })).map(({ body }) => body);
  return { timers, queue, send, receive };
}

it('hides a received message until its visibility timeout has passed', async () => {
  const { timers, send, receive } = setUp();
  send('a');
  expect(await receive()).toEqual(['a']);
  await timers.advance(29_999);
  expect(await receive()).toEqual([]);
  await timers.advance(1);
  expect(await receive()).toEqual(['a']);
});

it('returns messages in the order in which they were sent, at most as many as requested', async () => {
  const { send, receive } = setUp();
  ['a', 'b', 'c'].forEach((body) => send(body));
  expect(await receive({ maximum: 2 })).toEqual(['a', 'b']);
  expect(await receive({ maximum: 2 })).toEqual(['c']);
});

it('delays a message by its own delay, or else by the delay of the queue', async () => {
  const { timers, queue, send, receive } = setUp({ delaySeconds: 10 });
  send('queue');
  send('message', 5);
  send('none', 0);
  expect(await receive()).toEqual(['none']);
  expect(queue.count()).toEqual({ visible: 0, inFlight: 1, delayed: 2 });
  await timers.advance(5_000);
  expect(await receive()).toEqual(['message']);
  await timers.advance(5_000);
  expect(await receive()).toEqual(['queue']);
});

it('ends a long poll with the first message, also if the message becomes visible during the poll', async () => {
  const { timers, send, receive } = setUp();
  const first = receive({ waitSeconds: 20 });
  const second = receive({ waitSeconds: 20 });
  send('now');
  expect(await first).toEqual(['now']);
  send('later', 7);
  await timers.advance(7_000);
  expect(await second).toEqual(['later']);
  const third = receive({ waitSeconds: 20 });
  await timers.advance(20_000);
  expect(await third).toEqual([]);
});

it('ends a long poll with a message whose visibility timeout ends', async () => {
  const { timers, send, receive } = setUp({ visibilityTimeoutSeconds: 3 });
  send('a');
  await receive();
  const poll = receive({ waitSeconds: 10 });
  await timers.advance(3_000);
  expect(await poll).toEqual(['a']);
});

it('deletes a message only by its newest receipt handle', async () => {
  const { timers, queue, send, receive } = setUp();
  send('a');
  const [first] = await queue.receive({ maximum: 1 });
  await timers.advance(30_000);
  const [second] = await queue.receive({ maximum: 1 });
  expect(queue.delete(first?.receiptHandle ?? '')).toBe(true);
  await timers.advance(30_000);
  expect(queue.count().visible).toBe(1);
  expect(queue.delete(second?.receiptHandle ?? '')).toBe(true);
  expect(await receive()).toEqual([]);
  expect(queue.delete('nonsense')).toBe(false);
});

it('changes the visibility timeout of a message only while it is in flight', async () => {
  const { timers, queue, send, receive } = setUp();
  send('a');
  const [message] = await queue.receive({ maximum: 1 });
  const handle = message?.receiptHandle ?? '';
  expect(queue.changeVisibility(handle, 0)).toBe(true);
  expect(queue.changeVisibility(handle, 5)).toBe(false);
  expect(queue.changeVisibility('nonsense', 5)).toBeUndefined();
  expect(await receive()).toEqual(['a']);
  await timers.advance(1);
});

it('deletes messages that are older than the retention period', async () => {
  const { timers, queue, send, receive } = setUp({ retentionSeconds: 60 });
  send('a');
  await timers.advance(60_001);
  expect(queue.count().visible).toBe(0);
  expect(await receive()).toEqual([]);
});

it('moves a message that was received too often to the dead-letter queue, with the same id and age', async () => {
  const redrive = { deadLetterTargetArn: 'arn:dead', maxReceiveCount: 2 };
  const { timers, queue, send, receive } = setUp({ redrive });
  const dead = new Queue({ ...queue.settings, arn: 'arn:dead', redrive: undefined }, timers);
  queue.redriveTo(dead);
  const sentAt = timers.now();
  const messageId = send('a');
  for (const expected of [['a'], ['a'], []]) {
    expect(await receive()).toEqual(expected);
    await timers.advance(30_000);
  }
  expect(await dead.receive({ maximum: 1 })).toMatchObject([
    {
      messageId,
      body: 'a',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(sentAt),
        DeadLetterQueueSourceArn: 'arn:jobs',
      },
    },
  ]);
});

it('deletes a message from the dead-letter queue by its age, also if younger messages arrived before it', async () => {
  const redrive = { deadLetterTargetArn: 'arn:dead', maxReceiveCount: 1 };
  const { timers, queue, send, receive } = setUp({ redrive });
  const dead = new Queue({ ...queue.settings, arn: 'arn:dead', redrive: undefined }, timers);
  queue.redriveTo(dead);
  send('old');
  expect(await receive()).toEqual(['old']);
  await timers.advance(500_000);
  dead.send({ body: 'young', senderId: 'me', delaySeconds: undefined });
  expect(await receive()).toEqual([]);
  await timers.advance(101_000);
  expect(dead.count()).toMatchObject({ visible: 1 });
});

it('ends long polls on close and leaves no timer', async () => {
  const { timers, queue, send, receive } = setUp();
  send('later', 60);
  const poll = receive({ waitSeconds: 20 });
  expect(timers.pending).toBe(2);
  queue.close();
  expect(await poll).toEqual([]);
  expect(timers.pending).toBe(0);
});
