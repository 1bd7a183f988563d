import { createHandler } from '#lambdas/connect/handler';
import type { Connect } from '#core/connections/connect';
import { RecordingLog } from '#test/support/core/fakes';

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

// The authorizer context from API Gateway: our values as strings, and additional keys.
const authorizer = {
  principalId: 'alice',
  integrationLatency: 12,
  userId: 'alice',
  expiresAt: '1707166800000',
};
const requestContext = { connectionId: 'L0SM9cOFvHcCIhw=', authorizer };

it('passes the user and the expiry of the connection on, and answers 200', async () => {
  const { connected, handler } = setUp();
  await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 200 });
  expect(connected).toEqual([
    [
      'L0SM9cOFvHcCIhw=',
      { userId: 'alice', expiresAt: 1_707_166_800_000 },
      { batches: false, subscribes: false },
    ],
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
  expect(connected.map(([, , negotiated]) => negotiated?.batches)).toEqual([false]);
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
  expect(connected.map(([, , negotiated]) => negotiated?.batches)).toEqual([true]);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

it.each(['mission-control.batches', 'Mission-Control.Batch', 'mission-control, x.batch'])(
  'does not accept %s as an offer of batches',
  async (offered) => {
    const { connected, handler } = setUp();
    await handler({ headers: { 'Sec-WebSocket-Protocol': offered }, requestContext });
    expect(connected.map(([, , negotiated]) => negotiated?.batches)).toEqual([false]);
  },
);

it.each([
  ['mission-control, a.secret.token, mission-control.subscribe', 'mission-control'],
  [
    'mission-control, a.secret.token, mission-control.batch, mission-control.subscribe',
    'mission-control.batch',
  ],
  ['mission-control.subscribe, mission-control.batch, a.secret.token', 'mission-control.batch'],
])('connects a client that offers %s without events, and chooses %s', async (offered, chosen) => {
  const { connected, handler } = setUp();
  const headers = { 'Sec-WebSocket-Protocol': offered };
  await expect(handler({ headers, requestContext })).resolves.toEqual({
    statusCode: 200,
    headers: { 'Sec-WebSocket-Protocol': chosen },
  });
  expect(connected.map(([, , negotiated]) => negotiated?.subscribes)).toEqual([true]);
});

it.each([
  'mission-control.subscribe',
  'mission-control.subscribe, other',
  'mission-control, Mission-Control.Subscribe',
  'mission-control, mission-control.subscribes',
  'mission-control, mission-control.batch',
])('sends events at once to a client that offers %s', async (offered) => {
  const { connected, handler } = setUp();
  await handler({ headers: { 'Sec-WebSocket-Protocol': offered }, requestContext });
  expect(connected.map(([, , negotiated]) => negotiated?.subscribes)).toEqual([false]);
});

it('passes on the scope of the token', async () => {
  const { connected, handler } = setUp();
  const context = { ...authorizer, scope: '["shared","team-a/*"]' };
  await handler({ requestContext: { ...requestContext, authorizer: context } });
  expect(connected[0]?.[1]).toMatchObject({ scope: ['shared', 'team-a/*'] });
});

it('returns no subprotocol to a client that did not offer one of ours', async () => {
  const { handler } = setUp();
  const headers = { 'Sec-WebSocket-Protocol': 'graphql-ws' };
  await expect(handler({ headers, requestContext })).resolves.toEqual({ statusCode: 200 });
});

it.each([
  ['no value', undefined],
  ['the value null', null],
  ['no keys', {}],
  ['no user', { expiresAt: '1707166800000' }],
  ['an empty user', { userId: '', expiresAt: '1707166800000' }],
  ['no expiry', { userId: 'alice' }],
  ['an expiry that is not a number', { userId: 'alice', expiresAt: 'never' }],
  ['a scope that is not JSON', { userId: 'alice', expiresAt: '1707166800000', scope: 'team-a/*' }],
  ['an empty scope', { userId: 'alice', expiresAt: '1707166800000', scope: '' }],
])('answers 401 and logs an error for an authorizer context with %s', async (_, context) => {
  const { connected, log, handler } = setUp();
  const event = { requestContext: { connectionId: 'a=', authorizer: context } };
  await expect(handler(event)).resolves.toEqual({ statusCode: 401 });
  expect(connected).toEqual([]);
  expect(log.lines.map((line) => line.level)).toEqual(['error']);
});

it('answers 429 if the user has connected too often, without a log line', async () => {
  const { log, handler } = setUp('too_many_handshakes');
  await expect(handler({ requestContext })).resolves.toEqual({ statusCode: 429 });
  expect(log.lines).toEqual([]);
});

it('answers 403 to a disconnected user, and logs one line', async () => {
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

it('passes on when the token was issued', async () => {
  const { connected, handler } = setUp();
  const context = { ...authorizer, issuedAt: '1707163200000' };
  await handler({ requestContext: { ...requestContext, authorizer: context } });
  expect(connected[0]?.[1]).toMatchObject({ issuedAt: 1_707_163_200_000 });
});
