// Open connections: messages and route responses, limits, backpressure, closing, $disconnect.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import type { WebSocketApiDefinition } from '#local/gateway/definition';
import { openGateway, type Gateway, type GatewayOptions } from '#local/gateway/gateway';
import { connect, until, upgradeRequest } from '#test/support/local/gateway-clients';
import { fakeTimers } from '#test/support/local/fake-timers';
import { fakeFunction, httpApi, policy, webSocketApi } from '#test/support/local/fake-apis';

interface Event {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: Readonly<Record<string, unknown>> & { readonly connectionId: string };
}

const gateways: Gateway[] = [];
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.close())));

const echo = (event: unknown) => ({ statusCode: 200, body: `echo ${(event as Event).body ?? ''}` });

/** A gateway whose $default route answers with what `answer` returns. */
async function start(
  answer: (event: unknown) => unknown = echo,
  {
    respond = true,
    limits = {},
    ...more
  }: Partial<WebSocketApiDefinition> & {
    respond?: boolean;
    limits?: Partial<GatewayOptions>;
  } = {},
) {
  const warnings: string[] = [];
  const gateway = await openGateway({ warn: (sentence) => warnings.push(sentence), ...limits });
  gateways.push(gateway);
  const ok = () => ({ statusCode: 200 });
  const authorize = fakeFunction('authorizer', () => policy('Allow', { userId: 'alice' }));
  const connected = fakeFunction('connect', ok);
  const message = fakeFunction('default', answer);
  const disconnect = fakeFunction('disconnect', ok);
  const routes = {
    $connect: {
      integration: connected,
      authorizer: { function: authorize, identitySources: [] },
      respond: false,
    },
    $default: { integration: message, respond },
    $disconnect: { integration: disconnect, respond: false },
  };
  gateway.serve({ webSocketApi: webSocketApi(routes, more), httpApi: httpApi([]) });
  const url = `ws://127.0.0.1:${gateway.port}`;
  const lastId = () => (connected.events.at(-1) as Event).requestContext.connectionId;
  return { gateway, url, warnings, message, disconnect, lastId };
}

/** Resolves when the promises that are settled now have been handled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const own = (message: string, connectionId: string) => ({
  message,
  connectionId,
  requestId: expect.stringMatching(/^[\w-]{15}=$/) as string,
});

describe('a message', () => {
  it('is passed to $default with the authorizer context, and the response is sent to the client', async () => {
    const { url, message, lastId } = await start();
    const client = await connect(url);
    client.socket.send('{"type":"ping"}');
    expect(await client.next()).toBe('echo {"type":"ping"}');
    expect(message.events).toEqual([
      {
        body: '{"type":"ping"}',
        isBase64Encoded: false,
        requestContext: expect.objectContaining({
          routeKey: '$default',
          eventType: 'MESSAGE',
          messageDirection: 'IN',
          connectionId: lastId(),
          messageId: expect.any(String) as string,
          authorizer: expect.objectContaining({ principalId: 'alice', userId: 'alice' }) as object,
        }) as object,
      },
    ]);
  });

  it('is passed as base64 if it is binary', async () => {
    const { url, message } = await start();
    const client = await connect(url);
    client.socket.send(Buffer.from([0, 255]));
    await client.next();
    expect(message.events[0]).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
  });

  it('is not answered without a route response, or without a body', async () => {
    const { url } = await start(echo, { respond: false });
    const silent = await connect(url);
    silent.socket.send('x');
    const { url: other, message } = await start((event) =>
      (event as Event).body === 'empty' ? { statusCode: 200 } : echo(event),
    );
    const client = await connect(other);
    client.socket.send('empty');
    client.socket.send('last');
    expect(await client.next()).toBe('echo last');
    expect(message.events).toHaveLength(2);
    expect(silent.messages).toEqual([]);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('secret detail'))],
    ['returns no status code', () => ({ body: 'x' })],
    ['returns nothing', () => undefined],
  ])('is answered with Internal server error if the function %s', async (_name, answer) => {
    const { url, lastId, warnings } = await start(answer, { respond: false });
    const client = await connect(url);
    client.socket.send('x');
    expect(JSON.parse(await client.next())).toEqual(own('Internal server error', lastId()));
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toContain('secret');
  });

  it('is answered with Forbidden on an API without $default', async () => {
    const gateway = await openGateway({ warn: () => undefined });
    gateways.push(gateway);
    gateway.serve({ webSocketApi: webSocketApi({}), httpApi: httpApi([]) });
    const client = await connect(`ws://127.0.0.1:${gateway.port}`);
    client.socket.send('x');
    expect(JSON.parse(await client.next())).toMatchObject({ message: 'Forbidden' });
  });

  it('is answered with Too Many Requests beyond the burst', async () => {
    const throttle = { requestsPerSecond: 0.001, burst: 2 };
    const { url, message, lastId } = await start(echo, { throttle });
    const client = await connect(url);
    client.socket.send('1');
    client.socket.send('2');
    expect(await client.next()).toBe('echo 1');
    expect(JSON.parse(await client.next())).toEqual(own('Too Many Requests', lastId()));
    expect(message.events).toHaveLength(1);
  });
});

describe('messages of one connection', () => {
  it('are processed in order, one at a time, while other connections do not wait', async () => {
    const release: (() => void)[] = [];
    const { url, message } = await start(async (event) => {
      const { body } = event as Event;
      if (body !== 'quick') await new Promise<void>((resolve) => release.push(resolve));
      return { statusCode: 200, body: body ?? '' };
    });
    const slow = await connect(url);
    const other = await connect(url);
    for (const text of ['1', '2', '3']) slow.socket.send(text);
    await until(() => release.length > 0);
    other.socket.send('quick');
    expect(await other.next()).toBe('quick');
    expect(message.events).toHaveLength(2);
    for (const text of ['1', '2', '3']) {
      await until(() => release.length > 0);
      release.shift()?.();
      expect(await slow.next()).toBe(text);
    }
  });

  it('are not processed after the connection has closed', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { url, message, disconnect } = await start(async () => {
      await gate;
      return { statusCode: 200 };
    });
    const client = await connect(url);
    for (let sent = 0; sent < 10; sent += 1) client.socket.send('x');
    client.socket.close(1000);
    await until(() => disconnect.events.length === 1);
    release();
    // If another message were processed, its event would precede this one.
    const other = await connect(url);
    other.socket.send('later');
    await until(() => message.events.length > 1);
    expect(message.events.map((event) => (event as Event).body)).toEqual(['x', 'later']);
  });

  it('are no longer read while too many of them wait, and all of them are processed later', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { url, message } = await start(async () => {
      await gate;
      return { statusCode: 200, body: 'done' };
    });
    const client = await connect(url);
    const count = 500;
    const text = 'x'.repeat(32 * 1024);
    for (let sent = 0; sent < count; sent += 1) client.socket.send(text);
    await until(() => message.events.length === 1);
    // 16 MB do not fit into the buffers of the kernel: the rest waits in the client.
    expect(client.socket.bufferedAmount).toBeGreaterThan(5_000_000);
    release();
    await until(() => client.messages.length === count);
    expect(client.socket.bufferedAmount).toBe(0);
  });
});

describe('size limits', () => {
  const text = (bytes: number) => 'x'.repeat(bytes);

  it('allow a frame of 32 KB, and a message of 128 KB in such frames', async () => {
    const { url, message } = await start(() => ({ statusCode: 200, body: 'ok' }));
    const client = await connect(url);
    for (const fin of [false, false, false, true]) client.socket.send(text(32 * 1024), { fin });
    expect(await client.next()).toBe('ok');
    expect((message.events[0] as Event).body).toHaveLength(128 * 1024);
  });

  it.each([
    ['a frame over 32 KB', [32 * 1024 + 1]],
    ['a frame of 200 KB', [200 * 1024]],
    ['a message over 128 KB', [32, 32, 32, 32].map((kilobytes) => kilobytes * 1024).concat(1)],
  ])('close the connection with 1009 for %s', async (_name, frames) => {
    const { url, message, disconnect } = await start();
    const client = await connect(url);
    const other = await connect(url);
    frames.forEach((bytes, index) => {
      client.socket.send(text(bytes), { fin: index === frames.length - 1 });
    });
    expect(await client.closed).toMatchObject({ code: 1009 });
    await until(() => disconnect.events.length === 1);
    expect(disconnect.events[0]).toMatchObject({ requestContext: { disconnectStatusCode: 1009 } });
    other.socket.send('still here');
    expect(await other.next()).toBe('echo still here');
    expect(message.events).toHaveLength(1);
  });

  it('refuse a posted message over 128 KB, and allow one of 128 KB', async () => {
    const { url, gateway, lastId } = await start();
    const client = await connect(url);
    const post = (bytes: number) => gateway.connections.post(lastId(), Buffer.from(text(bytes)));
    expect(await post(128 * 1024 + 1)).toBe('tooLarge');
    expect(await post(128 * 1024)).toBe('delivered');
    expect(await client.next()).toHaveLength(128 * 1024);
  });

  it('close the connection with 1007 for text that is not UTF-8', async () => {
    const { url, disconnect } = await start();
    const client = await connect(url);
    client.socket.send(Buffer.from([0xff]), { binary: false });
    expect(await client.closed).toMatchObject({ code: 1007 });
    await until(() => disconnect.events.length === 1);
    expect(disconnect.events[0]).toMatchObject({ requestContext: { disconnectStatusCode: 1007 } });
  });

  it('do not affect other connections when a client sends random bytes', async () => {
    const { url, gateway, disconnect } = await start();
    const other = await connect(url);
    for (let round = 0; round < 20; round += 1) {
      const socket = net.connect({ host: '127.0.0.1', port: gateway.port });
      socket.on('error', () => undefined);
      const ended = new Promise((resolve) => socket.once('close', resolve));
      socket.write(upgradeRequest('/'));
      // The first byte has a reserved bit set, so that the bytes are never a valid frame.
      socket.write(Buffer.concat([Buffer.from([0xf3]), randomBytes(500)]));
      socket.resume();
      await ended;
    }
    await until(() => disconnect.events.length === 20);
    other.socket.send('still here');
    expect(await other.next()).toBe('echo still here');
  });
});

describe('time limits', () => {
  it('close an idle connection with 1001', async () => {
    const timers = fakeTimers();
    const limits = { timers, idleTimeoutSeconds: 600 };
    const { url, gateway, disconnect, lastId } = await start(echo, { limits });
    const client = await connect(url);
    await timers.advance(599_999);
    expect(gateway.connections.get(lastId())).toBeDefined();
    await timers.advance(1);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    await until(() => disconnect.events.length === 1);
    expect(disconnect.events[0]).toMatchObject({
      requestContext: { disconnectStatusCode: 1001, disconnectReason: 'Going away' },
    });
  });

  it.each([
    ['pings of the client', true],
    ['posts to the client', false],
  ])('are not reached while there are %s, except the maximum duration', async (_name, sends) => {
    const timers = fakeTimers();
    const limits = { timers, idleTimeoutSeconds: 600, maxConnectionSeconds: 7_200 };
    const { url, gateway, lastId } = await start(() => ({ statusCode: 200 }), { limits });
    const client = await connect(url);
    for (let seconds = 400; seconds < 7_200; seconds += 400) {
      await timers.advance(400_000);
      if (sends) {
        client.socket.ping();
        await once(client.socket, 'pong');
      } else {
        await gateway.connections.post(lastId(), Buffer.from('x'));
        await client.next();
      }
      expect(gateway.connections.get(lastId())).toBeDefined();
    }
    await timers.advance(400_000);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
  });

  it('do not prevent answers to pings', async () => {
    const { url } = await start();
    const { socket } = await connect(url);
    const pong = new Promise<string>((resolve) => {
      socket.once('pong', (data: Buffer) => {
        resolve(data.toString());
      });
    });
    socket.ping('abc');
    expect(await pong).toBe('abc');
  });
});

describe('$disconnect', () => {
  it.each([
    [1000, 'bye', 1000, 'bye'],
    [1000, '', 1000, 'Connection Closed Normally'],
    [4001, 'own', 4001, 'own'],
    [undefined, undefined, 1005, 'Client-side close frame status not set'],
  ])(
    'gets the status code and the reason if the client closes with %s %s',
    async (code, reason, status, text) => {
      const { url, disconnect, lastId } = await start();
      const client = await connect(url);
      client.socket.close(code, reason);
      await until(() => disconnect.events.length > 0);
      expect(disconnect.events).toEqual([
        {
          headers: { Host: '127.0.0.1', 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
          multiValueHeaders: {
            Host: ['127.0.0.1'],
            'x-api-key': [''],
            'X-Forwarded-For': [''],
            'x-restapi': [''],
          },
          requestContext: expect.objectContaining({
            routeKey: '$disconnect',
            eventType: 'DISCONNECT',
            connectionId: lastId(),
            disconnectStatusCode: status,
            disconnectReason: text,
            authorizer: expect.objectContaining({ userId: 'alice' }) as object,
          }) as object,
          isBase64Encoded: false,
        },
      ]);
    },
  );

  it('gets 1006 if the client ends without a close frame', async () => {
    const { url, disconnect } = await start();
    const client = await connect(url);
    client.socket.terminate();
    await until(() => disconnect.events.length > 0);
    expect(disconnect.events).toEqual([
      expect.objectContaining({
        requestContext: expect.objectContaining({ disconnectStatusCode: 1006 }) as object,
      }),
    ]);
  });
});

describe('@connections', () => {
  it('describes a connection, closes it with 1000, and does not find it afterwards', async () => {
    const { url, gateway, lastId, disconnect } = await start();
    const client = await connect(url, [], { headers: { 'User-Agent': 'test/1' } });
    const id = lastId();
    const info = gateway.connections.get(id);
    expect(info).toMatchObject({ sourceIp: '127.0.0.1', userAgent: 'test/1' });
    expect(info?.lastActiveAt.getTime()).toBeGreaterThanOrEqual(info?.connectedAt.getTime() ?? NaN);
    expect(gateway.connections.close(id)).toBe(true);
    expect(await client.closed).toMatchObject({ code: 1000 });
    await until(() => disconnect.events.length === 1);
    expect(gateway.connections.get(id)).toBeUndefined();
    expect(gateway.connections.close(id)).toBe(false);
    expect(await gateway.connections.post(id, Buffer.from('x'))).toBe('gone');
  });

  it('closes a connection once, and does not find it while the client has not answered', async () => {
    const { url, gateway, lastId } = await start();
    const client = await connect(url);
    client.socket.pause();
    const id = lastId();
    expect(gateway.connections.close(id)).toBe(true);
    expect(gateway.connections.close(id)).toBe(false);
    expect(gateway.connections.get(id)).toBeUndefined();
    expect(await gateway.connections.post(id, Buffer.from('x'))).toBe('gone');
    client.socket.resume();
    expect(await client.closed).toMatchObject({ code: 1000 });
  });

  it('returns full while the client does not read, and delivers again when it does', async () => {
    const { url, gateway, lastId, disconnect } = await start();
    const other = await connect(url);
    const otherId = lastId();
    const client = await connect(url);
    client.socket.pause();
    const frame = Buffer.alloc(32 * 1024, 'x');
    let posted = 0;
    while ((await gateway.connections.post(lastId(), frame)) === 'delivered') {
      posted += frame.length;
      // Lets the kernel accept data.
      await new Promise(setImmediate);
      expect(posted).toBeLessThan(64 * 1024 * 1024);
    }
    const id = lastId();
    expect(await gateway.connections.post(id, frame)).toBe('full');
    expect(gateway.connections.get(id)).toBeDefined();
    expect(await gateway.connections.post(otherId, Buffer.from('x'))).toBe('delivered');
    expect(await other.next()).toBe('x');
    expect(disconnect.events).toEqual([]);
    client.socket.resume();
    await until(() => client.messages.length * frame.length === posted);
    expect(await gateway.connections.post(id, Buffer.from('again'))).toBe('delivered');
    await until(() => client.messages.at(-1) === 'again');
  });
});

describe('closing the gateway', () => {
  it('closes connections with 1001, terminates those whose clients do not answer, and frees the port', async () => {
    const timers = fakeTimers();
    const limits = { timers, closeTimeoutSeconds: 60 };
    const { url, gateway, disconnect } = await start(echo, { limits });
    const client = await connect(url);
    const frozen = await connect(url);
    frozen.socket.pause();
    const closed = gateway.close();
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    await until(() => disconnect.events.length === 1);
    await timers.advance(1_000);
    await closed;
    expect(disconnect.events).toHaveLength(2);
    frozen.socket.terminate();
    const successor = await openGateway({ port: gateway.port, warn: () => undefined });
    gateways.push(successor);
    expect(successor.port).toBe(gateway.port);
  });

  it('does not wait for long for $disconnect, and logs no failure of it afterwards', async () => {
    const ended: ((error: Error) => void)[] = [];
    const disconnect = fakeFunction('disconnect', () => new Promise((_, fail) => ended.push(fail)));
    const { gateway, url, warnings } = await start();
    const routes = { $disconnect: { integration: disconnect, respond: false } };
    gateway.serve({ webSocketApi: webSocketApi(routes), httpApi: httpApi([]) });
    await connect(url);
    const leaving = await connect(url);
    leaving.socket.close();
    await until(() => ended.length === 1);
    ended[0]?.(new TypeError('before'));
    await until(() => warnings.length === 1);
    await gateway.close();
    // The stack ends the functions then.
    ended[1]?.(new Error('ended'));
    await settled();
    expect(warnings).toEqual(['disconnect failed with TypeError.']);
  });

  it('does not wait for a handshake in progress', async () => {
    const { gateway, url } = await start();
    const never = fakeFunction('connect', () => new Promise(() => undefined));
    gateway.serve({
      webSocketApi: webSocketApi({ $connect: { integration: never, respond: false } }),
      httpApi: httpApi([]),
    });
    const refused = connect(url).catch((error: unknown) => (error as Error).message);
    await until(() => never.events.length === 1);
    await gateway.close();
    expect(await refused).toBe('socket hang up');
  });
});
