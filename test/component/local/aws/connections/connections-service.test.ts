// The AWS SDK's client for @connections: operations on the connections of the gateway, and the errors of API Gateway.
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Connections } from '#local/gateway/definition';
import { fakeTimers } from '#test/support/local/fake-timers';
import {
  clientConfig,
  closeTiny,
  deployTiny,
  type TinyStack,
} from '#test/support/local/tiny-stack';

const timers = fakeTimers(Date.now());
let stack: TinyStack;
let client: ApiGatewayManagementApiClient;
const [someId, goneId, fullId] = ['AAAAAAAAAAAAAAA=', 'GoneAAAAAAAAAAA=', 'FullAAAAAAAAAAA='];
const posted: [string, string][] = [];
const closed: string[] = [];

const connections: Connections = {
  post(connectionId, data) {
    if (connectionId === goneId) return Promise.resolve('gone');
    if (connectionId === fullId) return Promise.resolve('full');
    if (data.length > 128 * 1024) return Promise.resolve('tooLarge');
    posted.push([connectionId, data.toString()]);
    return Promise.resolve('delivered');
  },
  get: (connectionId) =>
    connectionId === goneId
      ? undefined
      : {
          connectedAt: new Date('2026-02-05T21:50:00.001Z'),
          lastActiveAt: new Date('2026-02-05T21:51:00.002Z'),
          sourceIp: '127.0.0.1',
          userAgent: 'browser',
        },
  close(connectionId) {
    closed.push(connectionId);
    return connectionId !== goneId;
  },
};

const clientOf = (path: string) =>
  new ApiGatewayManagementApiClient({
    ...clientConfig(stack),
    endpoint: `${stack.endpointUrl}${path}`,
  });
const post = (ConnectionId: string, Data = 'hi', by = client) =>
  by.send(new PostToConnectionCommand({ ConnectionId, Data }));

beforeAll(async () => {
  stack = await deployTiny({}, {}, { testing: { timers } });
  client = clientOf('/live');
});
afterAll(async () => {
  client.destroy();
  await closeTiny();
});

it('answers 410 for every connection before the gateway runs', async () => {
  await expect(post(someId)).rejects.toMatchObject({ name: 'GoneException' });
  stack.serveConnections(connections);
  await post(someId);
});

it('posts to the connection with the given id', async () => {
  posted.length = 0;
  await post('L0SM9cOFvHcCIhw=', 'wäre');
  expect(posted).toEqual([['L0SM9cOFvHcCIhw=', 'wäre']]);
});

it('maps the results of the gateway to the exceptions of the SDK', async () => {
  await expect(post(goneId)).rejects.toMatchObject({
    name: 'GoneException',
    $metadata: { httpStatusCode: 410 },
  });
  await expect(post(someId, 'x'.repeat(128 * 1024 + 1))).rejects.toMatchObject({
    name: 'PayloadTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
});

it('answers 429 for a connection whose client does not read, as for a throttled account', async () => {
  await expect(post(fullId)).rejects.toMatchObject({
    name: 'LimitExceededException',
    $metadata: { httpStatusCode: 429 },
  });
});

it.each(['abc', 'not an id', 'AAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAA=='])(
  'answers 400 for an id that cannot be a connection id: %s',
  async (ConnectionId) => {
    const bad = { name: 'BadRequestException', $metadata: { httpStatusCode: 400 } };
    await expect(post(ConnectionId)).rejects.toMatchObject(bad);
    await expect(client.send(new GetConnectionCommand({ ConnectionId }))).rejects.toMatchObject(
      bad,
    );
    await expect(client.send(new DeleteConnectionCommand({ ConnectionId }))).rejects.toMatchObject(
      bad,
    );
  },
);

it('injects a fault only for requests that match its condition', async () => {
  const end = stack.injectFault({
    service: 'execute-api',
    when: ({ path }) => path.includes('Full'),
    effect: { kind: 'status', status: 429 },
  });
  await post(someId);
  await expect(
    client.send(new GetConnectionCommand({ ConnectionId: fullId })),
  ).rejects.toMatchObject({ name: 'LimitExceededException' });
  end();
  await client.send(new GetConnectionCommand({ ConnectionId: fullId }));
});

it('describes a connection and closes it', async () => {
  expect(await client.send(new GetConnectionCommand({ ConnectionId: someId }))).toMatchObject({
    ConnectedAt: new Date('2026-02-05T21:50:00.001Z'),
    LastActiveAt: new Date('2026-02-05T21:51:00.002Z'),
    Identity: { SourceIp: '127.0.0.1', UserAgent: 'browser' },
  });
  const deleted = await client.send(new DeleteConnectionCommand({ ConnectionId: someId }));
  expect(deleted.$metadata.httpStatusCode).toBe(204);
  expect(closed).toEqual([someId]);
  await expect(
    client.send(new GetConnectionCommand({ ConnectionId: goneId })),
  ).rejects.toMatchObject({ name: 'GoneException' });
  await expect(
    client.send(new DeleteConnectionCommand({ ConnectionId: goneId })),
  ).rejects.toMatchObject({ name: 'GoneException' });
});

it('forbids another stage', async () => {
  const other = clientOf('/other');
  await expect(post(someId, 'x', other)).rejects.toMatchObject({ name: 'ForbiddenException' });
  other.destroy();
});

it('drops a request before or after its execution, as the fault specifies, and reports it', async () => {
  posted.length = 0;
  const struck: string[] = [];
  const onAffected = ({ method, path, body }: { method: string; path: string; body: Buffer }) => {
    struck.push(`${method} ${path} ${body.toString()}`);
  };
  for (const done of [false, true]) {
    const fault = { service: 'execute-api', times: 1, onAffected };
    stack.injectFault({ ...fault, effect: { kind: 'drop', done } });
    await expect(post(someId, done ? 'done' : 'not done')).rejects.toThrow('socket hang up');
  }
  stack.injectFault({ service: 'execute-api', times: 1, effect: { kind: 'drop', done: true } });
  await expect(post(goneId)).rejects.toThrow('socket hang up');
  await post(someId, 'afterwards');
  expect(posted.map(([, text]) => text)).toEqual(['done', 'afterwards']);
  expect(struck).toEqual([
    'POST /live/@connections/AAAAAAAAAAAAAAA%3D not done',
    'POST /live/@connections/AAAAAAAAAAAAAAA%3D done',
  ]);
});

it('injects a fault as often as it specifies, or until it is withdrawn', async () => {
  stack.injectFault({
    service: 'execute-api',
    operation: 'PostToConnection',
    times: 2,
    effect: { kind: 'status', status: 429, code: 'LimitExceededException' },
  });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(post(someId)).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    });
  }
  await post(someId);
  const withdraw = stack.injectFault({ service: 'execute-api', effect: { kind: 'drop' } });
  await expect(post(someId)).rejects.toThrow('socket hang up');
  withdraw();
  await post(someId);
  posted.length = 0;
  const effect = { kind: 'delay', milliseconds: 50 } as const;
  const delayed = new Promise<void>((resolve) => {
    const fault = { service: 'execute-api', times: 1, effect };
    stack.injectFault({ ...fault, onAffected: () => setImmediate(resolve) });
  });
  const slow = post(someId, 'slow');
  await delayed;
  await post(someId, 'fast');
  await timers.advance(49);
  expect(posted.map(([, text]) => text)).toEqual(['fast']);
  await timers.advance(1);
  await slow;
  expect(posted.map(([, text]) => text)).toEqual(['fast', 'slow']);
});
