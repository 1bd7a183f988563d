import type { Connection } from '#core/connections/ports';
import { createHandler } from '#lambdas/default/handler';
import { RecordingLog } from '#test/support/core/fakes';

const authorizer = { principalId: 'alice', userId: 'alice', expiresAt: '1707166800000' };
const requestContext = { connectionId: 'a=', connectedAt: 1_707_163_100_000, authorizer };
const context = { getRemainingTimeInMillis: () => 29_000 };

function setUp(reply: string | undefined = 'the answer') {
  const asked: [string, Connection, number][] = [];
  const log = new RecordingLog();
  const handler = createHandler({
    answer: async (...call) => {
      asked.push(call);
      return Promise.resolve(reply);
    },
    now: () => 1_707_163_200_000,
    log,
  });
  return { asked, log, handler };
}

it('passes the text and the connection on, and returns the answer as the body', async () => {
  const { asked, handler } = setUp();
  const event = { body: '{"type":"ping"}', requestContext };
  await expect(handler(event, context)).resolves.toEqual({ statusCode: 200, body: 'the answer' });
  expect(asked).toEqual([
    [
      '{"type":"ping"}',
      {
        connectionId: 'a=',
        userId: 'alice',
        connectedAt: 1_707_163_100_000,
        expiresAt: 1_707_166_800_000,
      },
      1_707_163_223_000,
    ],
  ]);
});

it('reads a binary message as text, and a missing body as empty text', async () => {
  const { asked, handler } = setUp();
  const body = Buffer.from('{"type":"ping"}').toString('base64');
  await handler({ body, isBase64Encoded: true, requestContext }, context);
  await handler({ requestContext }, context);
  expect(asked.map(([text]) => text)).toEqual(['{"type":"ping"}', '']);
});

it('returns no body if there is no answer', async () => {
  const { handler } = setUp();
  const closing = createHandler({
    answer: () => Promise.resolve(undefined),
    now: () => 0,
    log: new RecordingLog(),
  });
  await expect(closing({ requestContext }, context)).resolves.toEqual({ statusCode: 200 });
  await expect(handler({ requestContext }, context)).resolves.toHaveProperty('body');
});

it.each([undefined, null, {}, { userId: 'alice' }])(
  'answers 401 and logs an error for the authorizer context %j',
  async (authorizer) => {
    const { asked, log, handler } = setUp();
    const event = { body: 'a secret', requestContext: { ...requestContext, authorizer } };
    await expect(handler(event, context)).resolves.toEqual({ statusCode: 401 });
    expect(asked).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'error' }]);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  },
);
