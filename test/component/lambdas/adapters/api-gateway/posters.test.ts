// One contract for the fast poster and the poster with the AWS SDK.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { createManagementApiPoster } from '#adapters/api-gateway/management-api-poster';
import { createSocketPoster } from '#adapters/api-gateway/socket-poster';
import type { PostResult } from '#core/connections/ports';
import { FakeClock, RecordingLog } from '#test/support/core/fakes';
import { describePoster } from '#test/support/contracts/poster';
import { holdTimeouts, passTime, releaseTimeouts } from '#test/support/timeouts';

const keys = { accessKeyId: 'AKID', secretAccessKey: 'key', sessionToken: 'session' };
const region = 'eu-central-1';
const timeoutMilliseconds = 300;

describePoster('SocketPoster', timeoutMilliseconds, (callbackUrl, log) =>
  createSocketPoster({
    callbackUrl,
    region,
    credentials: () => Promise.resolve(keys),
    now: Date.now,
    log,
    timeoutMilliseconds,
  }),
);

describePoster('ManagementApiPoster', timeoutMilliseconds, (endpoint, log) => {
  const client = new ApiGatewayManagementApiClient({
    endpoint,
    region,
    credentials: keys,
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMilliseconds, throwOnRequestTimeout: true },
  });
  return {
    ...createManagementApiPoster(client, log),
    close: () => {
      client.destroy();
    },
  };
});

it('SocketPoster posts nothing without credentials, and logs an error', async () => {
  const log = new RecordingLog();
  const poster = createSocketPoster({
    callbackUrl: 'http://127.0.0.1:1/live',
    region,
    credentials: () => Promise.reject(new Error('no role')),
    now: Date.now,
    log,
  });
  await expect(poster.post('a=', '{}')).resolves.toBe('retryable');
  expect(log.lines).toMatchObject([{ level: 'error', message: 'no credentials to post with' }]);
  poster.close();
});

it('SocketPoster returns retryable for a post that it cannot sign, and logs no credentials', async () => {
  const log = new RecordingLog();
  const poster = createSocketPoster({
    callbackUrl: 'http://127.0.0.1:1/live',
    region,
    credentials: () => Promise.resolve({ ...keys, sessionToken: 'secret\nb' }),
    now: Date.now,
    log,
  });
  for (const id of ['a=', 'b=']) await expect(poster.post(id, '{}')).resolves.toBe('retryable');
  expect(log.lines).toMatchObject([{ message: 'post failed' }, { message: 'post failed' }]);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
});

describe('SocketPoster', () => {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(request.url?.endsWith('bad') === true ? 503 : 200).end();
  });
  const clock = new FakeClock();
  const log = new RecordingLog();
  let callbackUrl: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    callbackUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
  });
  beforeEach(() => {
    holdTimeouts();
    requests.length = 0;
  });
  afterEach(() => {
    releaseTimeouts();
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('reuses its sockets after any answer, and lets further posts wait for them', async () => {
    const credentials = () => Promise.resolve(keys);
    const options = { callbackUrl, region, credentials, now: clock.now, log, sockets: 3 };
    const poster = createSocketPoster(options);
    const ids = Array.from({ length: 20 }, (_, index) => (index % 4 === 0 ? 'bad' : `id-${index}`));
    for (let round = 0; round < 2; round += 1) {
      const outcomes = await Promise.all(ids.map((id) => poster.post(id, '{}')));
      expect(outcomes).toEqual(ids.map((id) => (id === 'bad' ? 'retryable' : 'delivered')));
    }
    expect(requests).toHaveLength(40);
    expect(new Set(requests.map((request) => request.socket)).size).toBe(3);
    poster.close();
  });

  it('gets credentials from the provider again after a second', async () => {
    let asked = 0;
    const credentials = () => Promise.resolve({ ...keys, accessKeyId: `AKID${(asked += 1)}` });
    const poster = createSocketPoster({ callbackUrl, region, credentials, now: clock.now, log });
    for (const milliseconds of [0, 0, 999, 1, 0]) {
      clock.advance(milliseconds);
      await poster.post('a=', '{}');
    }
    const usedKeys = requests.map(
      ({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1],
    );
    expect(usedKeys).toEqual(['AKID1', 'AKID1', 'AKID1', 'AKID2', 'AKID2']);
    poster.close();
  });
});

describe('SocketPoster with one socket', () => {
  let answer: (response: ServerResponse) => unknown;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      answer(response);
    });
  });
  const answerGone = (response: ServerResponse) => response.writeHead(410).end();
  let poster: ReturnType<typeof createSocketPoster>;

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  beforeEach(() => {
    holdTimeouts();
    poster = createSocketPoster({
      callbackUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`,
      region,
      credentials: () => Promise.resolve(keys),
      now: Date.now,
      log: new RecordingLog(),
      timeoutMilliseconds,
      sockets: 1,
    });
  });
  afterEach(() => {
    poster.close();
    releaseTimeouts();
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each<[string, PostResult, (response: ServerResponse) => unknown]>([
    [
      'early hints before the status',
      'gone',
      (response) => {
        response.writeEarlyHints({ link: '</>; rel=preload' });
        answerGone(response);
      },
    ],
    ['a long body', 'delivered', (response) => response.end(Buffer.alloc(1_000_000))],
    [
      'trailers',
      'delivered',
      (response) => {
        response.writeHead(200, { trailer: 'x-trailer' });
        response.addTrailers({ 'x-trailer': 'yes' });
        response.end('{}');
      },
    ],
    [
      'a socket that is closed after the response',
      'delivered',
      (response) => response.writeHead(200, { connection: 'close' }).end(),
    ],
    [
      'half a body',
      'retryable',
      (response) => {
        response.writeHead(200, { 'content-length': 1_000 }).write('{');
        setImmediate(() => response.destroy());
      },
    ],
    [
      'a body that does not end',
      'retryable',
      (response) => {
        response.writeHead(200, { 'content-length': 1_000 }).write('{');
        return passTime(timeoutMilliseconds);
      },
    ],
    [
      'a response that is not HTTP',
      'retryable',
      (response) => response.socket?.end('HELO\r\n\r\n'),
    ],
  ])('after %s returns %s, and makes the post that waits for the socket', async (...row) => {
    const [, expected, first] = row;
    answer = (response) => {
      answer = answerGone;
      first(response);
    };
    const outcomes = await Promise.all(['a=', 'b='].map((id) => poster.post(id, '{}')));
    expect(outcomes).toEqual([expected, 'gone']);
  });

  it('returns retryable for posts under way, waiting and later posts when it is closed', async () => {
    const isAsked = new Promise<void>((resolve) => {
      answer = () => {
        resolve();
      };
    });
    const posts = ['a=', 'b=', 'c='].map((id) => poster.post(id, '{}'));
    await isAsked;
    poster.close();
    await expect(Promise.all(posts)).resolves.toEqual(posts.map(() => 'retryable'));
    await expect(poster.post('a=', '{}')).resolves.toBe('retryable');
  });

  it('returns retryable if it is closed before it has opened a socket', async () => {
    answer = answerGone;
    poster.close();
    await expect(poster.post('a=', '{}')).resolves.toBe('retryable');
  });
});
