// The limits of handshakes, connections, messages and synchronizations, and invalid input: a client that exceeds a limit
// does not affect others.
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { WebSocket } from 'undici';
import { startLocalStack, type LocalStack } from '#local/index';
import { createMissionControl, type MissionControl } from '#sdk/client';
import { TestClient } from '../support/stack/test-client';
import { connectionRecords } from '../support/stack/connection-records';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.close());

const open = async (sub: string) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) });

const isOpen = (client: TestClient) => client.socket.readyState === client.socket.OPEN;

it('most of 200 simultaneous handshakes of one user get 429, and none of other users', async () => {
  const token = await stack.mintToken({ sub: 'mallory' });
  const storm = Array.from({ length: 200 }, () =>
    TestClient.refused(stack.webSocketUrl, { token }).then(({ status }) => status),
  );
  const others = ['ann', 'bob', 'cem', 'dan', 'eve'].map(open);
  const statuses = await Promise.all(storm);
  const count = (status: number) => statuses.filter((one) => one === status).length;
  // The burst of twenty, and those that the rate limit allows in the seconds that the handshakes take.
  expect(count(101)).toBeGreaterThanOrEqual(20);
  expect(count(101)).toBeLessThan(40);
  expect(count(429)).toBe(200 - count(101));
  const clients = await Promise.all(others);
  expect(clients.filter(isOpen)).toHaveLength(5);
  await Promise.all(clients.map((client) => client.close()));
});

it('20 tabs of one user that are restored at once all connect', async () => {
  const tabs = await Promise.all(Array.from({ length: 20 }, () => open('many-tabs')));
  expect(tabs.filter(isOpen)).toHaveLength(20);
  await Promise.all(tabs.map((tab) => tab.close()));
});

describe('clients that cannot see the status of a refused handshake', () => {
  const clients: MissionControl[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  /** A client with undici's WebSocket, which hides the status as a browser's does, and all states of its connection. */
  function openMute(getToken: () => Promise<string>) {
    const client = createMissionControl({
      url: stack.webSocketUrl,
      getToken,
      WebSocket,
    });
    const states: string[] = [];
    client.on('connection', ({ state }) => states.push(state));
    clients.push(client);
    return { client, states };
  }
  const tokenOf = (sub: string) => () => stack.mintToken({ sub });
  const connected = (all: readonly { readonly client: MissionControl }[]) =>
    eventually(() => {
      expect(all.map(({ client }) => client.connection.state)).toEqual(all.map(() => 'connected'));
    }, 30_000);
  /** Resolves when one of them waits. */
  const waiting = (all: readonly { readonly client: MissionControl }[]) =>
    eventually(() => {
      expect(all.map(({ client }) => client.connection)).toContainEqual(
        expect.objectContaining({ state: 'waiting', reason: 'unavailable' }),
      );
    });

  it('connect within 30 s if twenty of one user start at once, and none is unauthorized', async () => {
    const tabs = Array.from({ length: 20 }, () => openMute(tokenOf('mute-tabs')));
    await connected(tabs);
    expect(tabs.flatMap(({ states }) => states)).not.toContain('unauthorized');
  });

  it('wait while the handshake limit of their user is exhausted, and connect later', async () => {
    const token = await stack.mintToken({ sub: 'mute-crowd' });
    await Promise.all(
      Array.from({ length: 30 }, () => TestClient.refused(stack.webSocketUrl, { token })),
    );
    const tabs = [openMute(tokenOf('mute-crowd')), openMute(tokenOf('mute-crowd'))];
    await waiting(tabs);
    await connected(tabs);
    expect(tabs.flatMap(({ states }) => states)).not.toContain('unauthorized');
  });

  it('wait while the table fails, and connect after it recovers', async () => {
    const withdraw = stack.injectFault({
      service: 'dynamodb',
      effect: { kind: 'status', status: 500 },
    });
    const tab = openMute(tokenOf('mute-outage'));
    await waiting([tab]);
    withdraw();
    await connected([tab]);
    expect(tab.states).not.toContain('unauthorized');
  });

  it('are unauthorized if their token has expired', async () => {
    const { client } = openMute(() => stack.mintToken({ expiresInSeconds: -60 }));
    await eventually(() => {
      expect(client.connection).toMatchObject({ state: 'unauthorized', reason: 'refused' });
    });
  });
});

it('a client that sends 1,000 messages a second is disconnected, and others are not affected', async () => {
  const [flooder, other] = [await open('flooder'), await open('other')];
  // The other client stays within its own limit.
  let pings = 0;
  const pinging = setInterval(() => {
    if (pings < 15) other.send({ type: 'ping' });
    pings = Math.min(15, pings + 1);
  }, 100);
  for (let message = 0; message < 2_000 && isOpen(flooder); message += 1) {
    flooder.send({ type: 'ping' });
    if (message % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await expect(flooder.closed).resolves.toMatchObject({ code: 1000 });
  clearInterval(pinging);
  expect(flooder.news.at(-1)).toBe(
    '{"type":"connection:closing","payload":{"reason":"rate_limited"}}',
  );
  const codes = flooder.messagesOf('error').map(({ payload }) => payload['code']);
  expect(new Set(codes)).toEqual(new Set(['rate_limited']));
  expect(flooder.messagesOf('pong').length).toBeGreaterThanOrEqual(20);
  expect(pings).toBeGreaterThan(0);
  await other.received('pong', pings);
  expect(other.messagesOf('error')).toEqual([]);
  expect(isOpen(other)).toBe(true);
  await other.close();
});

it('the first of 21 tabs is replaced, health reports 20, and together the tabs get 20 snapshots until they are rate-limited', async () => {
  const patient = await startLocalStack({ settings: { handshakeBurst: 100, syncsPerMinute: 1 } });
  try {
    const token = await patient.mintToken({ sub: 'alice' });
    const tabs: TestClient[] = [];
    for (let tab = 0; tab < 21; tab += 1) {
      tabs.push(await TestClient.open(patient.webSocketUrl, { token }));
    }
    await expect(tabs[0]?.closed).resolves.toMatchObject({ code: 1000 });
    expect(tabs[0]?.news).toEqual([
      '{"type":"connection:closing","payload":{"reason":"replaced"}}',
    ]);
    await eventually(async () => {
      expect((await connectionRecords(patient)).size).toBe(20);
    });
    await eventually(async () => {
      await expect(patient.health()).resolves.toMatchObject({
        websocket: { connections: 20, connectedUsers: 1 },
      });
    });
    expect(tabs.filter(isOpen)).toHaveLength(20);

    const sync = { type: 'state:sync', payload: {} };
    const codes = (tab: TestClient) =>
      tab.messagesOf('error').map(({ payload }) => payload['code']);
    const open = tabs.filter(isOpen);
    for (const tab of open) tab.send(sync);
    await Promise.all(open.map((tab) => tab.received('state:snapshot')));
    expect(open.flatMap(codes)).toEqual([]);
    // Further requests on an old and on a new connection are rate-limited, and both stay open.
    const fresh = await TestClient.open(patient.webSocketUrl, { token });
    for (const tab of [open.at(-1), fresh]) {
      tab?.send(sync);
      await tab?.received('error');
      expect(tab && codes(tab)).toEqual(['rate_limited']);
      expect(tab && isOpen(tab)).toBe(true);
    }
    const other = await TestClient.open(patient.webSocketUrl, {
      token: await patient.mintToken({ sub: 'bob' }),
    });
    other.send(sync);
    await other.received('state:snapshot');

    // While the table cannot count requests, cheap requests are answered, and expensive ones are rate-limited.
    const withdraw = patient.injectFault({
      ...{ service: 'dynamodb', operation: 'UpdateItem' },
      effect: { kind: 'status', status: 500 },
    });
    other.send({ type: 'ping' });
    await other.received('pong');
    other.send(sync);
    await other.received('error');
    other.send({ type: 'token:refresh', payload: { token } });
    await other.received('error', 2);
    expect(codes(other)).toEqual(['rate_limited', 'rate_limited']);
    withdraw();
    other.send(sync);
    await other.received('state:snapshot', 2);
  } finally {
    await patient.close();
  }
});

describe('invalid input, with no effect on another client', () => {
  let bystander: TestClient;
  let intruders = 0;

  // Each is a different user, so that the limit of handshakes per user does not affect the tests.
  const intruder = () => open(`intruder-${String(intruders++)}`);

  beforeAll(async () => {
    bystander = await open('bystander');
  });
  afterAll(() => bystander.close());

  afterEach(async () => {
    const answered = bystander.messagesOf('pong').length;
    bystander.send({ type: 'ping' });
    await bystander.received('pong', answered + 1);
  });

  it.each([
    ['text that is not JSON', 'hello', 'invalid_json'],
    ['an empty message', '', 'invalid_json'],
    ['random bytes', randomBytes(1_000), 'invalid_json'],
    ['deeply nested arrays', '['.repeat(10_000) + ']'.repeat(10_000), 'invalid_frame'],
    ['deeply nested objects', '{"a":'.repeat(3_000) + '1' + '}'.repeat(3_000), 'invalid_frame'],
    ['a message of the server', '{"type":"agent:status","payload":{}}', 'unknown_type'],
    ['the name of a route', '{"type":"$disconnect"}', 'unknown_type'],
    ['a message of just under 32 KB', JSON.stringify({ type: 'x'.repeat(32_000) }), 'unknown_type'],
  ])('%s gets an error, and the connection stays open', async (_, data, code) => {
    const client = await intruder();
    client.send(data);
    await client.received('error');
    expect(client.news.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'error', payload: { code, message: expect.any(String) as unknown } },
    ]);
    client.send({ type: 'ping' });
    await client.received('pong');
    await client.close();
  });

  it.each([40_000, 200_000])(
    'a message of %i bytes closes the connection with 1009',
    async (size) => {
      const client = await intruder();
      client.send('x'.repeat(size));
      await expect(client.closed).resolves.toMatchObject({ code: 1009 });
    },
  );

  it('bytes that are not WebSocket frames end the connection', async () => {
    const client = await intruder();
    const raw = (client.socket as unknown as { _socket: net.Socket })._socket;
    raw.write(randomBytes(4_096));
    await client.closed;
  });

  it('random bytes on the port do not stop the stack', async () => {
    const port = Number(new URL(stack.httpUrl).port);
    const socket = net.connect(port, '127.0.0.1').resume();
    socket.on('error', () => undefined);
    socket.write(Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nUpgrade: '), randomBytes(4_096)]));
    socket.end();
    await new Promise((resolve) => socket.once('close', resolve));
  });
});
