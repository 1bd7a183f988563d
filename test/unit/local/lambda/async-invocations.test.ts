// Asynchronous invocations are retried and given up as Lambda documents.
import {
  asyncDefaults,
  AsyncInvocations,
  type InvocationRecord,
} from '#local/lambda/async-invocations';
import type { InvocationResult } from '#local/lambda/invocation';
import { fakeTimers } from '#test/support/local/fake-timers';

const failure: InvocationResult = { ok: false, errorType: 'Error', errorMessage: 'no' };

function setUp(results: InvocationResult[], options: Partial<typeof asyncDefaults> = {}) {
  const timers = fakeTimers();
  const start = timers.now();
  const attempts: { seconds: number; event: unknown; requestId: string }[] = [];
  const givenUp: InvocationRecord[] = [];
  const invocations = new AsyncInvocations({
    functionArn: 'arn:f',
    timers,
    ...asyncDefaults,
    ...options,
    invoke(event, requestId) {
      attempts.push({ seconds: (timers.now() - start) / 1000, event, requestId });
      return Promise.resolve(results.shift() ?? failure);
    },
    onGivenUp: (record) => givenUp.push(record),
  });
  const seconds = () => attempts.map((attempt) => attempt.seconds);
  return { timers, attempts, seconds, givenUp, invocations };
}

it('does not repeat an invocation that succeeded', async () => {
  const { timers, seconds, givenUp, invocations } = setUp([{ ok: true, value: 1 }]);
  invocations.accept({});
  await timers.advance(10 * 60_000);
  expect(seconds()).toEqual([0]);
  expect(givenUp).toEqual([]);
});

it('retries a failed invocation after one and then two minutes, with the same request id', async () => {
  const { timers, attempts, seconds, givenUp, invocations } = setUp([]);
  invocations.accept({ a: 1 });
  await timers.advance(10 * 60_000);
  expect(seconds()).toEqual([0, 60, 180]);
  expect(new Set(attempts.map(({ requestId }) => requestId)).size).toBe(1);
  expect(givenUp).toEqual([
    {
      version: '1.0',
      timestamp: '2026-01-31T12:03:00.000Z',
      requestContext: {
        requestId: attempts[0]?.requestId,
        functionArn: 'arn:f:$LATEST',
        condition: 'RetriesExhausted',
        approximateInvokeCount: 3,
      },
      requestPayload: { a: 1 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'Error', errorMessage: 'no' },
    },
  ]);
});

it('gives up at once with MaximumRetryAttempts of 0', async () => {
  const { timers, seconds, givenUp, invocations } = setUp([], { maximumRetryAttempts: 0 });
  invocations.accept({});
  await timers.advance(10 * 60_000);
  expect(seconds()).toEqual([0]);
  expect(givenUp).toHaveLength(1);
});

it('gives up an event that exceeds the maximum age, without another attempt', async () => {
  const { timers, seconds, givenUp, invocations } = setUp([], { maximumEventAgeSeconds: 90 });
  invocations.accept({});
  await timers.advance(90_000);
  expect(seconds()).toEqual([0, 60]);
  expect(givenUp[0]?.requestContext).toMatchObject({
    condition: 'EventAgeExceeded',
    approximateInvokeCount: 2,
  });
});

it('copies the event, so that the sender cannot change it later', async () => {
  const { timers, attempts, invocations } = setUp([]);
  const event = { list: [1] };
  invocations.accept(event);
  event.list.push(2);
  await timers.advance(60_000);
  expect(attempts.map((attempt) => attempt.event)).toEqual([{ list: [1] }, { list: [1] }]);
});

it('leaves no timer on close', async () => {
  const { timers, invocations } = setUp([]);
  invocations.accept({});
  await timers.advance(0);
  expect(timers.pending).toBe(1);
  invocations.close();
  expect(timers.pending).toBe(0);
});
