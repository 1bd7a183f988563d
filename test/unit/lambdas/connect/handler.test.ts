import { createHandler } from '#lambdas/connect/handler';
import type { Connect } from '#core/connections/connect';
import { RecordingLog } from '../../../support/core/fakes';

function setUp(outcome: Awaited<ReturnType<Connect>> = 'connected') {
  const connected: Parameters<Connect>[] = [];
  const log = new RecordingLog();
  const handler = createHandler({
    connect: async (...all) => {
      connected.push(all);
      return Promise.resolve(outcome);
    },
    log,
  });
  return { connected, log, handler };
}

// As API Gateway hands the authorizer's context on: every value a string, with keys of its own beside ours.
const authorizer = {
  principalId: 'alice',
  integrationLatency: 12,
  userId: 'alice',
  expiresAt: '1707166800000',
};
const requestContext = { connectionId: 'L0SM9cOFvHcCIhw=', authorizer };

it('records who connected, until when', async () => {
  const { connected, handler } = setUp();
  await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 200 });
  expect(connected).toEqual([
    ['L0SM9cOFvHcCIhw=', { userId: 'alice', expiresAt: 1_707_166_800_000 }, false],
  ]);
});

it.each([
  { 'Sec-WebSocket-Protocol': 'mission-control, a.secret.token' },
  { 'sec-websocket-protocol': 'mission-control,a.secret.token' },
  { 'SEC-WEBSOCKET-PROTOCOL': 'other , mission-control' },
])('echoes mission-control alone for %j', async (headers) => {
  const { connected, log, handler } = setUp();
  await expect(handler({ headers, requestContext })).resolves.toEqual({
    statusCode: 200,
    headers: { 'Sec-WebSocket-Protocol': 'mission-control' },
  });
  expect(connected.map(([, , batches]) => batches)).toEqual([false]);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

it.each([
  'mission-control, a.secret.token, mission-control.batch',
  'mission-control.batch, mission-control, a.secret.token',
  'mission-control.batch,a.secret.token',
  'mission-control, mission-control.batch',
  'mission-control.batch',
])('chooses batches for a client that offers %s, and records it', async (offered) => {
  const { connected, log, handler } = setUp();
  const headers = { 'Sec-WebSocket-Protocol': offered };
  await expect(handler({ headers, requestContext })).resolves.toEqual({
    statusCode: 200,
    headers: { 'Sec-WebSocket-Protocol': 'mission-control.batch' },
  });
  expect(connected.map(([, , batches]) => batches)).toEqual([true]);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

it.each(['mission-control.batches', 'Mission-Control.Batch', 'mission-control, x.batch'])(
  'takes %s for no offer of batches',
  async (offered) => {
    const { connected, handler } = setUp();
    await handler({ headers: { 'Sec-WebSocket-Protocol': offered }, requestContext });
    expect(connected.map(([, , batches]) => batches)).toEqual([false]);
  },
);

it('echoes nothing to a client that did not offer it', async () => {
  const { handler } = setUp();
  const headers = { 'Sec-WebSocket-Protocol': 'graphql-ws' };
  await expect(handler({ headers, requestContext })).resolves.toEqual({ statusCode: 200 });
});

it.each([
  ['no authorizer', undefined],
  ['null', null],
  ['an empty context', {}],
  ['no user', { expiresAt: '1707166800000' }],
  ['an empty user', { userId: '', expiresAt: '1707166800000' }],
  ['no expiry', { userId: 'alice' }],
  ['an expiry that is no number', { userId: 'alice', expiresAt: 'never' }],
])('fails closed on %s', async (_, context) => {
  const { connected, log, handler } = setUp();
  const event = { requestContext: { connectionId: 'a=', authorizer: context } };
  await expect(handler(event)).resolves.toEqual({ statusCode: 401 });
  expect(connected).toEqual([]);
  expect(log.lines.map((line) => line.level)).toEqual(['error']);
});

it('answers 429 to a user who comes too often, and adds no line to the one that counts it', async () => {
  const { log, handler } = setUp('too_many_handshakes');
  await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 429 });
  expect(log.lines).toEqual([]);
});

it('answers 403 to a user who was sent away, in one line that says so', async () => {
  const { log, handler } = setUp('user_disconnected');
  await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 403 });
  const { connectionId } = requestContext;
  expect(log.lines).toEqual([
    {
      level: 'warn',
      message: 'handshake refused',
      fields: { code: 'user_disconnected', connectionId, userId: 'alice' },
    },
  ]);
});

it('is told when the token was issued', async () => {
  const { connected, handler } = setUp();
  const context = { ...authorizer, issuedAt: '1707163200000' };
  await handler({ requestContext: { ...requestContext, authorizer: context } });
  expect(connected[0]?.[1]).toMatchObject({ issuedAt: 1_707_163_200_000 });
});
