// The handshake: statuses and bodies for clients, events for functions, and subprotocols.
import net from 'node:net';
import type { WebSocketApiDefinition } from '#local/gateway/definition';
import { openGateway, type Gateway } from '#local/gateway/gateway';
import { connect, sendRaw, until, upgradeRequest } from '#test/support/local/gateway-clients';
import {
  fakeFunction,
  httpApi,
  methodArn,
  policy,
  webSocketApi,
} from '#test/support/local/fake-apis';

let gateway: Gateway;
const warnings: string[] = [];

beforeEach(async () => {
  warnings.length = 0;
  gateway = await openGateway({ warn: (sentence) => warnings.push(sentence) });
});
afterEach(() => gateway.close());

const ok = () => ({ statusCode: 200 });

function serve(
  functions: Partial<Record<'authorize' | 'connect' | 'disconnect', (event: unknown) => unknown>>,
  more: Partial<WebSocketApiDefinition> & { readonly identitySources?: readonly string[] } = {},
) {
  const { identitySources = [], ...definition } = more;
  const authorize = fakeFunction('authorizer', functions.authorize ?? (() => policy('Allow')));
  const connectFunction = fakeFunction('connect', functions.connect ?? ok);
  const disconnect = fakeFunction('disconnect', functions.disconnect ?? ok);
  const routes = {
    $connect: {
      integration: connectFunction,
      authorizer: { function: authorize, identitySources },
      respond: false,
    },
    $disconnect: { integration: disconnect, respond: false },
  };
  gateway.serve({ webSocketApi: webSocketApi(routes, definition), httpApi: httpApi([]) });
  return { authorize, connect: connectFunction, disconnect };
}

const url = (rest = '') => `ws://127.0.0.1:${gateway.port}${rest}`;
const requestId = /^[\w-]{15}=$/;

/** Status and body of a refused handshake. */
async function refusal(path = '/') {
  const error = await connect(url(path)).then(
    () => new Error('HTTP 101 {}'),
    (reason: unknown) => reason as Error,
  );
  const [, status, body] = /^HTTP (\d+) (.*)$/.exec(error.message) ?? [error.message];
  return { status: Number(status), ...(JSON.parse(body ?? '{}') as object) };
}

const refused = (status: number, message: string) => ({
  status,
  message,
  connectionId: expect.stringMatching(requestId) as string,
  requestId: expect.stringMatching(requestId) as string,
});

describe('the events of a handshake', () => {
  it('have the format of API Gateway for authorizers and integrations', async () => {
    const { authorize, connect: connectFunction } = serve({
      authorize: () => policy('Allow', { userId: 'alice', expiresAt: 1707163200000, admin: false }),
    });
    const before = Date.now();
    await connect(url('/?token=a.b.c&x=1&x=%3D2'), [], { headers: { 'X-Own-CASE': 'kept' } });
    const time = expect.stringMatching(
      /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/,
    ) as string;

    const event = authorize.events[0] as Record<string, unknown>;
    const context = event['requestContext'] as Record<string, unknown>;
    const requestContext = {
      routeKey: '$connect',
      eventType: 'CONNECT',
      extendedRequestId: context['requestId'],
      requestTime: time,
      messageDirection: 'IN',
      stage: 'live',
      connectedAt: expect.any(Number) as number,
      requestTimeEpoch: expect.any(Number) as number,
      identity: { sourceIp: '127.0.0.1' },
      requestId: expect.stringMatching(requestId) as string,
      domainName: '127.0.0.1',
      connectionId: expect.stringMatching(requestId) as string,
      apiId: 'abcdef1234',
    };
    expect(event).toEqual({
      type: 'REQUEST',
      methodArn,
      headers: expect.objectContaining({ 'X-Own-CASE': 'kept', Upgrade: 'websocket' }) as object,
      multiValueHeaders: expect.objectContaining({ 'X-Own-CASE': ['kept'] }) as object,
      queryStringParameters: { token: 'a.b.c', x: '=2' },
      multiValueQueryStringParameters: { token: ['a.b.c'], x: ['1', '=2'] },
      stageVariables: {},
      requestContext,
    });
    expect(context['connectedAt']).toBeGreaterThanOrEqual(before);

    const connectEvent = connectFunction.events[0] as Record<string, object>;
    expect(connectEvent).toEqual({
      headers: expect.objectContaining({
        'X-Own-CASE': 'kept',
        'X-Forwarded-Proto': 'http',
      }) as object,
      multiValueHeaders: expect.objectContaining({ 'X-Forwarded-For': ['127.0.0.1'] }) as object,
      queryStringParameters: { token: 'a.b.c', x: '=2' },
      multiValueQueryStringParameters: { token: ['a.b.c'], x: ['1', '=2'] },
      requestContext: {
        ...requestContext,
        connectionId: context['connectionId'],
        requestId: context['requestId'],
        authorizer: {
          principalId: 'alice',
          userId: 'alice',
          expiresAt: '1707163200000',
          admin: 'false',
          integrationLatency: expect.any(Number) as number,
        },
      },
      isBase64Encoded: false,
    });
    expect(connectEvent['headers']).not.toHaveProperty('Upgrade');
  });

  it('omit the query parameters for an integration if there are none', async () => {
    const { authorize, connect: connectFunction } = serve({});
    await connect(url('/'));
    expect(authorize.events[0]).toMatchObject({ queryStringParameters: {} });
    expect(connectFunction.events[0]).not.toHaveProperty('queryStringParameters');
    expect(connectFunction.events[0]).not.toHaveProperty('multiValueQueryStringParameters');
  });

  it('contain the user agent if the client sends one', async () => {
    const { connect: connectFunction } = serve({});
    await connect(url('/'), [], { headers: { 'User-Agent': 'test/1' } });
    const identity = { sourceIp: '127.0.0.1', userAgent: 'test/1' };
    expect(connectFunction.events[0]).toMatchObject({ requestContext: { identity } });
  });
});

describe('the path', () => {
  it.each(['/', '/live', '/live/', '/?token=x'])('is served if it is %s', async (path) => {
    serve({});
    const { socket } = await connect(url(path));
    expect(socket.readyState).toBe(socket.OPEN);
  });

  it('is answered with 403 if it is another one, without a call of the authorizer', async () => {
    const { authorize } = serve({});
    expect(await refusal('/other')).toEqual(refused(403, 'Forbidden'));
    expect(authorize.events).toEqual([]);
  });
});

describe('the authorizer', () => {
  it.each([
    ['exactly Unauthorized', 401, 'Unauthorized', new Error('Unauthorized')],
    ['Unauthorized with a full stop', 500, 'Internal Server Error', new Error('Unauthorized.')],
    ['anything else', 500, 'Internal Server Error', new Error('the store is down')],
  ])('that throws %s leads to the status %i', async (_name, status, message, error) => {
    const { connect: connectFunction } = serve({
      authorize: () => {
        throw error;
      },
    });
    expect(await refusal()).toEqual(refused(status, message));
    expect(connectFunction.events).toEqual([]);
    expect(warnings).toHaveLength(status === 500 ? 1 : 0);
  });

  it.each([
    ['a Deny', 403, 'Forbidden', policy('Deny')],
    ['nothing', 500, 'Internal Server Error', undefined],
    ['no principal', 500, 'Internal Server Error', { ...policy('Allow'), principalId: '' }],
    ['no policy', 500, 'Internal Server Error', { principalId: 'alice' }],
    ['an object in its context', 500, 'Internal Server Error', policy('Allow', { user: {} })],
    ['8 KB', 500, 'Internal Server Error', policy('Allow', { text: 'x'.repeat(8192) })],
  ])('that returns %s leads to the status %i', async (_name, status, message, result) => {
    serve({ authorize: () => result });
    expect(await refusal()).toEqual(refused(status, message));
  });

  it('is invoked only if the request contains every identity source', async () => {
    const identitySources = ['route.request.header.AUTH', 'route.request.querystring.token'];
    const { authorize } = serve({}, { identitySources });
    expect(await refusal('/?token=x')).toEqual(refused(401, 'Unauthorized'));
    expect(authorize.events).toEqual([]);
    await connect(url('/?token=x'), [], { headers: { auth: 'y' } });
    expect(authorize.events).toHaveLength(1);
  });
});

describe('$connect', () => {
  it.each([
    ['a status code', 429, 'Too Many Requests', () => ({ statusCode: 429 })],
    ['a redirect', 302, 'Found', () => ({ statusCode: 302 })],
    ['no status code', 502, 'Internal server error', () => ({})],
    ['nothing', 502, 'Internal server error', () => undefined],
    [
      'an error',
      502,
      'Internal server error',
      () => {
        throw new Error('no');
      },
    ],
    [
      'a subprotocol that would end the header',
      502,
      'Internal server error',
      () => ({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'a\r\nX: y' } }),
    ],
  ])('that returns %s leads to the status %i', async (_name, status, message, answer) => {
    const { disconnect } = serve({ connect: answer });
    expect(await refusal()).toEqual(refused(status, message));
    expect(disconnect.events).toEqual([]);
  });

  it.each(['Sec-WebSocket-Protocol', 'sec-websocket-protocol'])(
    'selects the subprotocol with the header %s',
    async (header) => {
      serve({ connect: () => ({ statusCode: 204, headers: { [header]: 'mission-control' } }) });
      const { socket } = await connect(url(), ['mission-control', 'a.b.c']);
      expect(socket.protocol).toBe('mission-control');
    },
  );

  it('that selects no subprotocol causes a handshake without one', async () => {
    serve({});
    await expect(connect(url(), ['mission-control'])).rejects.toThrow('no subprotocol');
  });

  it('makes posts possible only after it has returned', async () => {
    const posts: string[] = [];
    const { connect: connectFunction } = serve({
      async connect(event) {
        const { connectionId } = (event as { requestContext: { connectionId: string } })
          .requestContext;
        posts.push(await gateway.connections.post(connectionId, Buffer.from('early')));
        return { statusCode: 200 };
      },
    });
    const client = await connect(url());
    const event = connectFunction.events[0] as { requestContext: { connectionId: string } };
    posts.push(
      await gateway.connections.post(event.requestContext.connectionId, Buffer.from('late')),
    );
    expect(posts).toEqual(['gone', 'delivered']);
    expect(await client.next()).toBe('late');
  });

  it.each(['end', 'resetAndDestroy'] as const)(
    'is followed by $disconnect if the client disconnects during the call (%s)',
    async (departure) => {
      let finish: (value: unknown) => void = () => undefined;
      const { connect: connectFunction, disconnect } = serve({
        connect: () => new Promise((resolve) => (finish = resolve)),
      });
      const socket = net.connect({ host: '127.0.0.1', port: gateway.port });
      socket.on('error', () => undefined);
      socket.write(upgradeRequest('/'));
      await until(() => connectFunction.events.length === 1);
      socket[departure]();
      if (departure === 'end') socket.resume();
      finish({ statusCode: 200 });
      await until(() => disconnect.events.length === 1);
      expect(disconnect.events[0]).toMatchObject({
        requestContext: { eventType: 'DISCONNECT', disconnectStatusCode: 1006 },
      });
      socket.destroy();
    },
  );
});

it('accepts further handshakes after a client resets its connection before the refusal', async () => {
  let finish: (value: unknown) => void = () => undefined;
  const { connect: connectFunction } = serve({
    connect: () => new Promise((resolve) => (finish = resolve)),
  });
  const socket = net.connect({ host: '127.0.0.1', port: gateway.port });
  socket.on('error', () => undefined);
  socket.write(upgradeRequest('/'));
  await until(() => connectFunction.events.length === 1);
  socket.resetAndDestroy();
  await new Promise(setImmediate);
  finish({ statusCode: 403 });
  const next = connect(url());
  await until(() => connectFunction.events.length === 2);
  finish({ statusCode: 200 });
  expect((await next).socket.readyState).toBe(1);
});

describe('throttling', () => {
  it('refuses handshakes beyond the burst with 429', async () => {
    serve({}, { throttle: { requestsPerSecond: 0.001, burst: 2 } });
    await connect(url());
    await connect(url());
    expect(await refusal()).toEqual(refused(429, 'Too Many Requests'));
  });

  it('of $connect does not apply to messages, which the throttle of the API limits', async () => {
    const throttle = { requestsPerSecond: 0.001, burst: 1 };
    const integration = fakeFunction('connect', () => ({ statusCode: 200 }));
    const echo = fakeFunction('message', () => ({ statusCode: 200, body: 'echo' }));
    gateway.serve({
      webSocketApi: webSocketApi(
        {
          $connect: { integration, respond: false, throttle },
          $default: { integration: echo, respond: true },
        },
        { throttle: { requestsPerSecond: 0.001, burst: 3 } },
      ),
      httpApi: httpApi([]),
    });
    const client = await connect(url());
    for (let message = 0; message < 3; message += 1) {
      client.socket.send('x');
      expect(await client.next()).toBe('echo');
    }
    expect(await refusal()).toEqual(refused(429, 'Too Many Requests'));
    expect(integration.events).toHaveLength(1);
  });
});

describe('a malformed upgrade request', () => {
  it.each([
    ['another protocol', { Upgrade: 'h2c' }],
    ['a bad key', { 'Sec-WebSocket-Key': 'x' }],
    ['another version', { 'Sec-WebSocket-Version': '12' }],
    ['an empty subprotocol', { 'Sec-WebSocket-Protocol': 'a,,b' }],
    ['the same subprotocol twice', { 'Sec-WebSocket-Protocol': 'a, a' }],
  ])('with %s is answered with 400, without a call of a function', async (_name, headers) => {
    const { authorize, connect: connectFunction } = serve({});
    expect(await sendRaw(gateway.port, upgradeRequest('/', headers))).toMatch(/^HTTP\/1.1 400 /);
    expect([...authorize.events, ...connectFunction.events]).toEqual([]);
  });

  it.each([
    ['bytes that are not HTTP', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])],
    ['a TLS hello', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])],
    ['headers without an end', `GET / HTTP/1.1\r\nX: ${'y'.repeat(100_000)}`],
  ])('of %s is answered with 400, and the next client is served', async (_name, bytes) => {
    serve({});
    expect(await sendRaw(gateway.port, bytes)).toMatch(/^HTTP\/1.1 400 /);
    await connect(url());
  });
});

it('answers handshakes with 503 before an API is served', async () => {
  await expect(connect(url())).rejects.toThrow('HTTP 503 {"message":"Service Unavailable"}');
  serve({});
  await connect(url());
});

it('accepts every handshake on an API without $connect', async () => {
  gateway.serve({ webSocketApi: webSocketApi({}), httpApi: httpApi([]) });
  const { socket } = await connect(url());
  expect(socket.readyState).toBe(socket.OPEN);
});
