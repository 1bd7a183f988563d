// The AWS SDK's client for @connections reaches the gateway's connections, and gets API Gateway's errors.
import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Connections } from '../../../../local/gateway/definition';
import { clientConfig, closeTiny, deployTiny, type TinyStack } from '../tiny-stack';

let stack: TinyStack;
let client: ApiGatewayManagementApiClient;
const posted: [string, string][] = [];
const closed: string[] = [];

const connections: Connections = {
  post(connectionId, data) {
    if (connectionId === 'gone') return Promise.resolve('gone');
    if (data.length > 128 * 1024) return Promise.resolve('tooLarge');
    posted.push([connectionId, data.toString()]);
    return Promise.resolve('delivered');
  },
  get: (connectionId) =>
    connectionId === 'gone'
      ? undefined
      : {
          connectedAt: new Date('2026-02-05T21:50:00.001Z'),
          lastActiveAt: new Date('2026-02-05T21:51:00.002Z'),
          sourceIp: '127.0.0.1',
          userAgent: 'browser',
        },
  close(connectionId) {
    closed.push(connectionId);
    return connectionId !== 'gone';
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
  stack = await deployTiny();
  client = clientOf('/live');
});
afterAll(async () => {
  client.destroy();
  await closeTiny();
});

test('before the gateway runs, every connection is gone', async () => {
  await expect(post('abc=')).rejects.toMatchObject({ name: 'GoneException' });
  stack.serveConnections(connections);
  await post('abc=');
});

test('a post arrives at the connection with that id', async () => {
  posted.length = 0;
  await post('L0SM9cOFvHcCIhw=', 'wäre');
  expect(posted).toEqual([['L0SM9cOFvHcCIhw=', 'wäre']]);
});

test('what the gateway says becomes the exception that SDKs know', async () => {
  await expect(post('gone')).rejects.toMatchObject({
    name: 'GoneException',
    $metadata: { httpStatusCode: 410 },
  });
  await expect(post('a', 'x'.repeat(128 * 1024 + 1))).rejects.toMatchObject({
    name: 'PayloadTooLargeException',
    $metadata: { httpStatusCode: 413 },
  });
});

test('a connection can be looked at and closed', async () => {
  expect(await client.send(new GetConnectionCommand({ ConnectionId: 'a' }))).toMatchObject({
    ConnectedAt: new Date('2026-02-05T21:50:00.001Z'),
    LastActiveAt: new Date('2026-02-05T21:51:00.002Z'),
    Identity: { SourceIp: '127.0.0.1', UserAgent: 'browser' },
  });
  const deleted = await client.send(new DeleteConnectionCommand({ ConnectionId: 'a=' }));
  expect(deleted.$metadata.httpStatusCode).toBe(204);
  expect(closed).toEqual(['a=']);
  await expect(
    client.send(new GetConnectionCommand({ ConnectionId: 'gone' })),
  ).rejects.toMatchObject({ name: 'GoneException' });
  await expect(
    client.send(new DeleteConnectionCommand({ ConnectionId: 'gone' })),
  ).rejects.toMatchObject({ name: 'GoneException' });
});

test('another stage is forbidden', async () => {
  const other = clientOf('/other');
  await expect(post('a', 'x', other)).rejects.toMatchObject({ name: 'ForbiddenException' });
  other.destroy();
});

test('a dropped request has been done or not, as it is told to, and is told of', async () => {
  posted.length = 0;
  const struck: string[] = [];
  const onStrike = ({ method, path, body }: { method: string; path: string; body: Buffer }) => {
    struck.push(`${method} ${path} ${body.toString()}`);
  };
  for (const done of [false, true]) {
    const fault = { service: 'execute-api', times: 1, onStrike };
    stack.injectFault({ ...fault, effect: { kind: 'drop', done } });
    await expect(post('abc=', done ? 'done' : 'not done')).rejects.toThrow('socket hang up');
  }
  stack.injectFault({ service: 'execute-api', times: 1, effect: { kind: 'drop', done: true } });
  await expect(post('gone')).rejects.toThrow('socket hang up');
  await post('abc=', 'afterwards');
  expect(posted.map(([, text]) => text)).toEqual(['done', 'afterwards']);
  expect(struck).toEqual([
    'POST /live/@connections/abc%3D not done',
    'POST /live/@connections/abc%3D done',
  ]);
});

test('faults strike as often as they are told to, and can be withdrawn', async () => {
  stack.injectFault({
    service: 'execute-api',
    operation: 'PostToConnection',
    times: 2,
    effect: { kind: 'status', status: 429, code: 'LimitExceededException' },
  });
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(post('a')).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    });
  }
  await post('a');
  const withdraw = stack.injectFault({ service: 'execute-api', effect: { kind: 'drop' } });
  await expect(post('a')).rejects.toThrow('socket hang up');
  withdraw();
  await post('a');
  posted.length = 0;
  const effect = { kind: 'delay', milliseconds: 50 } as const;
  stack.injectFault({ service: 'execute-api', times: 1, effect });
  const slow = post('slow');
  await post('fast');
  await slow;
  expect(posted.map(([connectionId]) => connectionId)).toEqual(['fast', 'slow']);
});
