// The publisher over HTTPS: what it sends, what it repeats, and what it reports as lost.
import type * as Publisher from '#sdk/publisher';
import { createPublisher, type PublishError, type PublisherOptions } from '#sdk/publisher';

const url = 'https://your-domain.com/events';

interface Sent {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly events: readonly { readonly type: string; readonly payload: Record<string, unknown> }[];
}

type Answer = Response | Error | (() => Promise<Response>);

const json = (status: number, body: unknown) => Response.json(body, { status });
const accepted = (sent: Sent) => json(202, { accepted: sent.events.length });

function setUp(
  answerTo: (sent: Sent, request: number) => Answer = accepted,
  options: PublisherOptions = {},
) {
  const requests: Sent[] = [];
  const pauses: number[] = [];
  const errors: PublishError[] = [];
  let tokens = 0;
  const getToken = jest.fn(() => `token-${(tokens += 1)}`);
  const publisher = createPublisher({
    ...{ url, getToken },
    fetch: async (address, init) => {
      const { authorization } = init.headers as { readonly authorization?: string };
      const events = JSON.parse(init.body as string) as Sent['events'];
      const sent = { url: address, authorization, events };
      requests.push(sent);
      const answer = answerTo(sent, requests.length);
      if (answer instanceof Error) throw answer;
      return typeof answer === 'function' ? answer() : answer;
    },
    sleep: (milliseconds) => {
      // Events are held back for this long while a request is in progress.
      if (milliseconds !== 100) pauses.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0.3,
    onError: (error) => errors.push(error),
    now: () => 1_707_163_200_000,
    ...options,
  });
  return { publisher, requests, pauses, errors, getToken };
}

/** The error of an event that was not sent. */
const errorOf = (settled: Promise<void>) =>
  settled.then(
    () => undefined,
    (error: unknown) => error as PublishError,
  );

const networkError = (code: string) =>
  Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) });

it.each([
  [url, url],
  ['https://your-domain.com', url],
  ['https://your-domain.com/', url],
  ['http://localhost:3000', 'http://localhost:3000/events'],
  ['https://your-domain.com/live/events', 'https://your-domain.com/live/events'],
])('with the URL %s, posts to %s', async (given, expected) => {
  const { publisher, requests } = setUp(accepted, { url: given });
  await publisher.broadcastAgentStatus('agent-1', 'online');
  expect(requests).toMatchObject([{ url: expected, authorization: 'Bearer token-1' }]);
  expect(requests[0]?.events).toMatchObject([
    { type: 'agent:status', payload: { agentId: 'agent-1', status: 'online' } },
  ]);
});

it.each([
  ['http to another machine', { url: 'http://your-domain.com' }],
  ['a URL with credentials', { url: 'https://user:secret@your-domain.com' }],
  ['no URL', { url: 'your-domain.com' }],
  ['no function for tokens', { getToken: undefined as never }],
  ['tokens for the event bus', { url: undefined as never }],
])('refuses %s', (_what, options: PublisherOptions) => {
  expect(() => createPublisher({ url, getToken: () => '', ...options })).toThrow(TypeError);
});

it('sends events of the same tick in one request, at most 100', async () => {
  const { publisher, requests, getToken } = setUp();
  const ids = Array.from({ length: 250 }, (_, index) => `agent-${index}`);
  await Promise.all(ids.map((id) => publisher.broadcastAgentStatus(id, 'online')));
  expect(requests.map(({ events }) => events.length)).toEqual([100, 100, 50]);
  const sent = requests.flatMap(({ events }) => events).map(({ payload }) => payload['agentId']);
  expect(sent).toEqual(ids);
  expect(getToken).toHaveBeenCalledTimes(1);
});

it('sends less than 1 MB in one request', async () => {
  const { publisher, requests } = setUp();
  const text = 'ä'.repeat(16_000);
  const reports = Array.from({ length: 70 }, (_, index) =>
    publisher.broadcastSessionActivity('agent-1', `session-${index}`, text),
  );
  await Promise.all(reports);
  expect(requests.length).toBeGreaterThan(2);
  for (const { events } of requests) {
    expect(Buffer.byteLength(JSON.stringify(events))).toBeLessThanOrEqual(1024 * 1024);
  }
});

it.each([
  ['429', () => json(429, { message: 'Too Many Requests' })],
  ['500', () => json(500, { message: 'Internal Server Error' })],
  ['503 without JSON', () => new Response('<html>', { status: 503 })],
  ['a connection that is reset', () => networkError('ECONNRESET')],
  ['a timeout', () => new DOMException('too late', 'TimeoutError') as unknown as Error],
])('repeats a request after %s, with growing pauses, until it is accepted', async (_what, fail) => {
  const { publisher, requests, pauses, errors } = setUp((sent, request) =>
    request < 4 ? fail() : accepted(sent),
  );
  await publisher.broadcastAgentStatus('agent-1', 'online');
  expect(requests).toHaveLength(4);
  expect(new Set(requests.map(({ events }) => JSON.stringify(events))).size).toBe(1);
  expect(pauses).toEqual([30, 60, 120]);
  expect(errors).toEqual([]);
});

it.each([
  [() => json(503, { code: 'unavailable' }), 'unavailable', 5],
  [() => json(429, { message: 'Too Many Requests' }), 'Too Many Requests', 5],
  [() => new Response('', { status: 502 }), 'HTTP 502', 5],
  [() => networkError('ECONNREFUSED'), 'ECONNREFUSED', 5],
  [() => json(403, { message: 'Forbidden' }), 'Forbidden', 1],
  [() => json(413, { message: 'Request Entity Too Large' }), 'Request Entity Too Large', 1],
  [() => json(400, { code: 'body_invalid', message: 'no' }), 'body_invalid', 1],
  [() => json(200, {}), 'HTTP 200', 1],
])('gives up after %s, with the reason %s and %d requests', async (fail, reason, attempts) => {
  const { publisher, requests, errors } = setUp(fail);
  const error = await errorOf(publisher.broadcastAgentStatus('agent-1', 'online'));
  expect(error).toMatchObject({
    code: 'not_sent',
    entries: [{ type: 'agent:status', agentId: 'agent-1', reason }],
  });
  expect(error?.message).toContain(`Could not send to ${url} in ${attempts} attempt(s)`);
  expect(requests).toHaveLength(attempts);
  expect(errors).toEqual([error]);
});

it.each([
  [
    401,
    'Unauthorized: the token has expired',
    'error="invalid_token" error_description="the token has expired"',
  ],
  [
    401,
    'Unauthorized: … is invalid',
    'error="invalid_token" error_description="token-2 is invalid"',
  ],
  [401, `Unauthorized: ${'x'.repeat(200)}`, `error_description="${'x'.repeat(999)}"`],
  [401, 'Unauthorized', ''],
  [
    403,
    'Forbidden: the token needs the scope mc/report',
    'scope="mc/report" error="insufficient_scope" error_description="no"',
  ],
  [403, 'Forbidden: no', 'error="insufficient_scope" error_description="no"'],
])('after %d of API Gateway, the reason is %s', async (status, reason, challenge) => {
  const message = status === 401 ? 'Unauthorized' : 'Forbidden';
  const headers = { 'www-authenticate': `Bearer ${challenge}` };
  const tokens = ['token-1', 'token-2'];
  const { publisher } = setUp(() => Response.json({ message }, { status, headers }), {
    getToken: () => (status === 403 ? 'token-2' : (tokens.shift() ?? '')),
  });
  const error = await errorOf(publisher.broadcastAgentStatus('agent-1', 'online'));
  expect(error?.entries).toMatchObject([{ reason }]);
  expect(error?.message).toContain(`agent:status of agent-1 (${reason})`);
});

it('says that getToken failed if it always does, and has its error as the cause', async () => {
  const cause = new RangeError('no token');
  const getToken = () => Promise.reject(cause);
  const { publisher, requests } = setUp(accepted, { getToken });
  const error = await errorOf(publisher.broadcastAgentStatus('agent-1', 'online'));
  expect(error?.message).toBe(
    `Could not send to ${url} in 5 attempt(s): agent:status of agent-1 (getToken failed: RangeError).`,
  );
  expect(error?.cause).toBe(cause);
  expect(requests).toEqual([]);
});

it('repeats only the events of a list that may succeed later, and reports each other one', async () => {
  const results = [
    { status: 202 },
    { status: 400, code: 'event_invalid', faults: [] },
    { status: 503, code: 'unavailable' },
    { status: 403, code: 'agent_out_of_scope' },
  ];
  const { publisher, requests, errors } = setUp((sent, request) =>
    request === 1 ? json(207, { results }) : accepted(sent),
  );
  const settled = await Promise.all(
    ['a', 'b', 'c', 'd'].map((id) => errorOf(publisher.broadcastAgentStatus(id, 'online'))),
  );
  expect(settled.map((error) => error?.code)).toEqual([
    ...[undefined, 'not_sent', undefined, 'not_sent'],
  ]);
  expect(requests.map(({ events }) => events.map(({ payload }) => payload['agentId']))).toEqual([
    ['a', 'b', 'c', 'd'],
    ['c'],
  ]);
  expect(errors.flatMap(({ entries }) => entries)).toMatchObject([
    { agentId: 'b', reason: 'event_invalid' },
    { agentId: 'd', reason: 'agent_out_of_scope' },
  ]);
});

it.each([
  [401, { message: 'Unauthorized' }],
  [401, { code: 'token_too_old' }],
  [403, { code: 'user_disconnected' }],
])('asks for another token after %d %j, once, and without a pause', async (status, body) => {
  const { publisher, requests, pauses } = setUp((sent) =>
    sent.authorization === 'Bearer token-1' ? json(status, body) : accepted(sent),
  );
  await publisher.broadcastAgentStatus('agent-1', 'online');
  await publisher.broadcastAgentStatus('agent-1', 'offline');
  expect(requests.map(({ authorization }) => authorization)).toEqual([
    ...['Bearer token-1', 'Bearer token-2', 'Bearer token-2'],
  ]);
  expect(pauses).toEqual([]);
});

it('gives up if the second token is refused, too, and asks for a third one for the next event', async () => {
  const { publisher, requests } = setUp(() => json(401, { message: 'Unauthorized' }));
  const error = await errorOf(publisher.broadcastAgentStatus('agent-1', 'online'));
  expect(error?.entries).toMatchObject([{ reason: 'Unauthorized' }]);
  await errorOf(publisher.broadcastAgentStatus('agent-1', 'online'));
  expect(requests.map(({ authorization }) => authorization)).toEqual([
    ...['Bearer token-1', 'Bearer token-2', 'Bearer token-3', 'Bearer token-4'],
  ]);
});

it('asks for one token only if several requests are refused at the same time', async () => {
  const { publisher, requests, getToken } = setUp((sent) =>
    sent.authorization === 'Bearer token-1' ? json(401, {}) : accepted(sent),
  );
  const ids = Array.from({ length: 250 }, (_, index) => `agent-${index}`);
  await Promise.all(ids.map((id) => publisher.broadcastAgentStatus(id, 'online')));
  expect(requests).toHaveLength(6);
  expect(getToken).toHaveBeenCalledTimes(2);
});

it('asks for a token again if there was none', async () => {
  let asked = 0;
  const getToken = () => {
    asked += 1;
    if (asked < 3) throw new RangeError('no token');
    return 'late';
  };
  const { publisher, requests } = setUp(accepted, { getToken });
  await publisher.broadcastAgentStatus('agent-1', 'online');
  expect(requests).toMatchObject([{ authorization: 'Bearer late' }]);
});

it('collects events that come during a request into the next one', async () => {
  let answer: (() => void) | undefined;
  const { publisher, requests } = setUp(
    (sent, request) =>
      request > 1
        ? accepted(sent)
        : () =>
            new Promise((resolve) => {
              answer = () => {
                resolve(accepted(sent));
              };
            }),
    // Never rests, so that only the response ends the wait.
    { sleep: () => new Promise(() => undefined) },
  );
  const first = publisher.broadcastAgentStatus('a', 'online');
  while (answer === undefined) await Promise.resolve();
  const others = ['b', 'c'].map((id) => publisher.broadcastAgentStatus(id, 'online'));
  await Promise.resolve();
  expect(requests).toHaveLength(1);
  answer();
  await Promise.all([first, ...others]);
  expect(requests.map(({ events }) => events.length)).toEqual([1, 2]);
});

async function withoutAwsSdk(use: (isolated: typeof Publisher) => Promise<void>) {
  jest.doMock('@aws-sdk/client-eventbridge', () => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  });
  try {
    await jest.isolateModulesAsync(async () => {
      await use(await import('#sdk/publisher'));
    });
  } finally {
    jest.dontMock('@aws-sdk/client-eventbridge');
  }
}

it('loads no AWS package', async () => {
  await withoutAwsSdk(async (isolated) => {
    const fetch = () => Promise.resolve(json(202, { accepted: 1 }));
    const publisher = isolated.createPublisher({ url, getToken: () => 'token', fetch });
    await publisher.broadcastAgentStatus('agent-1', 'online');
    await publisher.close();
  });
});

it('is named at once as the alternative if the package for the event bus is missing', async () => {
  await withoutAwsSdk(async (isolated) => {
    const sleep = jest.fn(() => Promise.resolve());
    const publisher = isolated.createPublisher({ sleep, onError: () => undefined });
    const error = await errorOf(publisher.broadcastAgentStatus('agent-1', 'online'));
    expect(error?.message).toContain(
      'in 1 attempt(s): agent:status of agent-1 (the package @aws-sdk/client-eventbridge',
    );
    expect(error?.message).toContain(
      'ERR_MODULE_NOT_FOUND; install it, or report over HTTPS with the options url and getToken',
    );
    expect(sleep).not.toHaveBeenCalled();
  });
});
