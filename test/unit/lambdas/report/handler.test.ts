// The answers of POST /events.
import { KeysUnavailableError } from '#core/auth/no-verdict';
import type { TokenVerdict } from '#core/auth/ports';
import type { ReportOutcome } from '#core/reporting/report-events';
import { createWhoami } from '#core/requests/whoami';
import { createHandler } from '#lambdas/report/handler';
import { MemoryConnectionStore } from '#test/support/core/fakes';

const now = 1_770_328_000_000;
const owner = { userId: 'machine', expiresAt: now + 60_000, issuedAt: now, scope: ['team-a/*'] };
const faults = [{ path: 'status', problem: 'is missing' }];
const accepted: ReportOutcome = { outcome: 'accepted' };
const invalid: ReportOutcome = { outcome: 'invalid', faults };
const outOfScope: ReportOutcome = { outcome: 'out_of_scope' };
const unsent: ReportOutcome = { outcome: 'unsent' };

function setUp(
  outcomes: readonly ReportOutcome[] = [accepted],
  verdict: () => Promise<TokenVerdict> = () => Promise.resolve({ ok: true, value: owner }),
) {
  const log = { info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const connections = new MemoryConnectionStore();
  const whoami = createWhoami({ authenticate: verdict, connections, now: () => now });
  const reportEvents = jest.fn(() => Promise.resolve(outcomes));
  const handler = createHandler({ whoami, reportEvents, log });
  const post = async (body: unknown, event: Partial<Parameters<typeof handler>[0]> = {}) => {
    const {
      statusCode,
      headers,
      body: text,
    } = await handler({
      headers: { authorization: 'Bearer a.b.c' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      isBase64Encoded: false,
      requestContext: { requestId: 'request-1', authorizer: { jwt: {} } },
      ...event,
    });
    return { status: statusCode, headers, body: JSON.parse(text ?? '') as unknown };
  };
  return { log, connections, reportEvents, post };
}

it('answers 202 for one event, as JSON that is not cached, and logs nothing', async () => {
  const { post, reportEvents, log } = setUp();
  expect(await post({ type: 'agent:status', payload: {} })).toEqual({
    status: 202,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: { accepted: 1 },
  });
  expect(reportEvents.mock.calls).toEqual([
    [[{ type: 'agent:status', payload: {} }], ['team-a/*']],
  ]);
  for (const write of Object.values(log)) expect(write).not.toHaveBeenCalled();
});

it.each([
  [invalid, 400, { code: 'event_invalid', faults }],
  [outOfScope, 403, { code: 'agent_out_of_scope' }],
  [unsent, 503, { code: 'unavailable' }],
])('answers for one event that is %j with %d', async (outcome, status, body) => {
  const { post } = setUp([outcome]);
  const answer = await post({});
  expect(answer).toMatchObject({ status, body });
  expect(answer.headers?.['retry-after']).toBe(status === 503 ? '1' : undefined);
});

const results = {
  accepted: { status: 202 },
  invalid: { status: 400, code: 'event_invalid', faults },
  outOfScope: { status: 403, code: 'agent_out_of_scope' },
  unsent: { status: 503, code: 'unavailable' },
};

it.each([
  ['all are accepted', 202, [accepted, accepted], { accepted: 2 }],
  ['all are invalid', 400, [invalid, invalid], { results: [results.invalid, results.invalid] }],
  ['the only one is out of scope', 403, [outOfScope], { results: [results.outOfScope] }],
  ['all are unsent', 503, [unsent, unsent], { results: [results.unsent, results.unsent] }],
  [
    'they differ',
    207,
    [accepted, invalid, outOfScope, unsent],
    { results: [results.accepted, results.invalid, results.outOfScope, results.unsent] },
  ],
])('answers for a list of events of which %s with %d', async (_what, status, outcomes, body) => {
  const { post } = setUp(outcomes);
  expect(await post(outcomes.map(() => ({})))).toMatchObject({ status, body });
});

it('logs one line for all events of a request that were not accepted, with numbers and agents only', async () => {
  const { post, log } = setUp([accepted, invalid, invalid, outOfScope, unsent]);
  const of = (agentId: string) => ({ type: 'agent:status', payload: { agentId } });
  await post([of('fine'), of('one'), null, of('one'), of('other')]);
  expect(log.warn.mock.calls).toEqual([
    [
      'events not accepted',
      {
        ...{ requestId: 'request-1', userId: 'machine', agentIds: 'one, other' },
        ...{ invalid: 2, outOfScope: 1, unsent: 1 },
      },
    ],
  ]);
});

const notJson = 'The body must be JSON.';
const noList = 'The body must be an event or a list of events.';

it.each([
  ['', notJson],
  ['{', notJson],
  ['a=b', notJson],
  ['null', noList],
  ['"text"', noList],
  ['1', noList],
  ['[]', 'The list must have 1 to 100 events, not 0.'],
  [JSON.stringify(Array(101).fill({})), 'The list must have 1 to 100 events, not 101.'],
])('answers 400 for the body %s', async (body, message) => {
  const { post, reportEvents } = setUp();
  expect(await post(body)).toMatchObject({ status: 400, body: { code: 'body_invalid', message } });
  expect(reportEvents).not.toHaveBeenCalled();
});

const notUtf8 = 'The body must be JSON in UTF-8.';
const event = '{"type":"agent:status"}';

it.each([
  ['another encoding than UTF-8', Buffer.from('{"type":"é"}', 'latin1'), notUtf8],
  ['half a character at its end', Buffer.from('{"type":"é"}').subarray(0, 10), notUtf8],
  ['half of a surrogate pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), notUtf8],
  ['a byte order mark', Buffer.from(`\uFEFF${event}`), notJson],
])('answers 400 for an encoded body with %s', async (_what, body, message) => {
  const { post, reportEvents } = setUp();
  expect(await post(body.toString('base64'), { isBase64Encoded: true })).toMatchObject({
    status: 400,
    body: { code: 'body_invalid', message },
  });
  expect(reportEvents).not.toHaveBeenCalled();
});

it('reads a body that API Gateway has encoded, and accepts 100 events', async () => {
  const { post, reportEvents } = setUp(Array<ReportOutcome>(100).fill(accepted));
  const list = Array.from({ length: 100 }, (_, index) => ({ type: `ä${index}` }));
  const body = Buffer.from(JSON.stringify(list)).toString('base64');
  expect(await post(body, { isBase64Encoded: true })).toMatchObject({ body: { accepted: 100 } });
  expect(reportEvents.mock.calls).toEqual([[list, ['team-a/*']]]);
});

it.each([
  ['no header', {}, 'token_missing'],
  ['two tokens', { authorization: 'Bearer a.b.c,Bearer d.e.f' }, 'token_ambiguous'],
  ['a refused token', { authorization: 'Bearer a.b.c' }, 'scope_missing'],
])(
  'answers 401 for %s, with the code of /whoami, before it reads the body',
  async (_, headers, code) => {
    const { post, log, reportEvents } = setUp([], () =>
      Promise.resolve({ ok: false, code: 'scope_missing' }),
    );
    expect(await post('{', { headers })).toMatchObject({ status: 401, body: { code } });
    expect(log.info.mock.calls).toEqual([['report refused', { code, requestId: 'request-1' }]]);
    expect(reportEvents).not.toHaveBeenCalled();
  },
);

it('answers 403 for the token of a user whom an operator has disconnected since', async () => {
  const { post, connections, reportEvents } = setUp();
  await connections.markDisconnected('machine', { disconnectedAt: now, endsAt: now + 1 });
  expect(await post({})).toMatchObject({ status: 403, body: { code: 'user_disconnected' } });
  expect(reportEvents).not.toHaveBeenCalled();
});

it('answers 503 if the keys of the issuer are not available, and says when to repeat', async () => {
  const { post, log } = setUp([], () =>
    Promise.reject(new KeysUnavailableError(new Error('down'))),
  );
  expect(await post({})).toMatchObject({
    status: 503,
    headers: { 'retry-after': '1' },
    body: { code: 'keys_unavailable' },
  });
  expect(log.error).toHaveBeenCalledWith('no verdict on a token', expect.anything());
});

it('fails with any other error, which becomes a 500', async () => {
  const { post } = setUp([], () => Promise.reject(new Error('a fault of this service')));
  await expect(post({})).rejects.toThrow('a fault of this service');
});

it('refuses everything if the deployment has no authorizer', async () => {
  const { post, log, reportEvents } = setUp();
  const requestContext = { requestId: 'request-1' };
  expect(await post({}, { requestContext })).toMatchObject({
    status: 401,
    body: { message: 'Unauthorized' },
  });
  expect(log.error.mock.calls).toEqual([
    ['report without authorizer context', { requestId: 'request-1' }],
  ]);
  expect(reportEvents).not.toHaveBeenCalled();
});
