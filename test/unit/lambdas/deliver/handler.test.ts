import type { SQSEvent } from 'aws-lambda';
import { createHandler } from '#lambdas/deliver/handler';
import { heartbeatMessage } from '#core/fan-out/outgoing-message';
import { RecordingLog } from '#test/support/core/fakes';

it('runs every job of the SQS records, and returns the failed ones', async () => {
  const done: [string, number][] = [];
  const log = new RecordingLog();
  const handler = createHandler({
    deliver: async (job, deadline) => {
      const text = 'drain' in job ? 'drain' : job.messages.map(({ text }) => text).join();
      if (text === 'bad') throw new Error('the queue is down');
      done.push([text, deadline]);
      return Promise.resolve();
    },
    parseJob: (text) => {
      if (text === 'garbage') throw new Error('no job');
      return { messages: [{ ...heartbeatMessage(1), text }], round: 0, shard: 1 };
    },
    now: () => 1_000,
    log,
  });
  const bodies = ['good', 'bad', 'garbage', 'better'];
  const event = { Records: bodies.map((body) => ({ body, messageId: body })) } as SQSEvent;
  const response = await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  expect(response).toEqual({
    batchItemFailures: [{ itemIdentifier: 'bad' }, { itemIdentifier: 'garbage' }],
  });
  expect(done).toEqual([
    ['good', 55_000],
    ['better', 55_000],
  ]);
  expect(log.lines.map((line) => line.level)).toEqual(['error', 'error']);
});
