// The life cycle of connections: closed, lost, expired and replaced.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '../support/stack/test-client';
import { connectionRecords } from '../support/stack/connection-records';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { heartbeatSeconds: 1, maxConnectionsPerUser: 3, handshakeBurst: 1_000 },
  });
});
afterAll(() => stack.close());

const open = async (sub: string) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) });

/** In milliseconds since the Unix epoch. */
function expiryOf(token: string): number {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(claims) as { exp: number }).exp * 1000;
}

/**
 * A token that expires soon, but not before its handshake completes, which takes longer on a busy machine.
 * @param seconds from the end of the handshake to the expiry
 */
async function shortToken(sub: string, seconds: number): Promise<string> {
  const before = Date.now();
  await (await open(sub)).close();
  await counted(0, 0);
  const handshakeSeconds = Math.ceil((2 * (Date.now() - before)) / 1000);
  return stack.mintToken({ sub, expiresInSeconds: handshakeSeconds + seconds });
}

async function counted(connections: number, connectedUsers: number): Promise<void> {
  await eventually(async () => {
    const records = await connectionRecords(stack);
    expect([records.size, new Set(records.values()).size]).toEqual([connections, connectedUsers]);
  });
}

afterEach(() => counted(0, 0));

it('two tabs are immediately counted as two connections of one user', async () => {
  const tabs = [await open('alice'), await open('alice')];
  let health = await stack.health();
  // On a busy machine the table or the function may time out; then health reports no numbers.
  while (health['status'] !== 'ok') health = await stack.health();
  expect(health).toMatchObject({ websocket: { connections: 2, connectedUsers: 1 } });
  await tabs[0]?.close();
  await counted(1, 1);
  await tabs[1]?.close();
});

it('the connection of a killed client is removed from the table', async () => {
  const script = `
    const WebSocket = require(${JSON.stringify(path.dirname(require.resolve('ws/package.json')))});
    const socket = new WebSocket(process.env.URL);
    socket.on('open', () => process.stdout.write('open'));
  `;
  const url = `${stack.webSocketUrl}?token=${await stack.mintToken({ sub: 'alice' })}`;
  const client = spawn(process.execPath, ['-e', script], { env: { URL: url } });
  try {
    await new Promise((resolve) => client.stdout.once('data', resolve));
    await counted(1, 1);
  } finally {
    client.kill('SIGKILL');
  }
  await counted(0, 0);
});

it('a connection whose token expires gets connection:closing with the reason, and is closed', async () => {
  const token = await shortToken('alice', 5);
  const client = await TestClient.open(stack.webSocketUrl, { token });
  const other = await open('bob');
  await expect(client.closed).resolves.toMatchObject({ code: 1000 });
  expect(Date.now()).toBeGreaterThanOrEqual(expiryOf(token));
  expect(client.news.at(-1)).toBe(
    '{"type":"connection:closing","payload":{"reason":"token_expired"}}',
  );
  expect(other.socket.readyState).toBe(other.socket.OPEN);
  await other.close();
});

it('a connection whose token was refreshed in time stays open', async () => {
  const short = await shortToken('alice', 5);
  const client = await TestClient.open(stack.webSocketUrl, { token: short });
  const token = await stack.mintToken({ sub: 'alice', expiresInSeconds: 600 });
  client.send({ type: 'token:refresh', payload: { token } });
  await client.received('token:refreshed');
  const [refreshed] = client.messagesOf('token:refreshed');
  expect(refreshed?.payload['expiresAt']).toBe(expiryOf(token));
  // Wait for a heartbeat after the one that would have closed the connection.
  await eventually(() => {
    const newest = client.messagesOf('heartbeat').at(-1)?.payload['timestamp'];
    expect(newest).toBeGreaterThan(expiryOf(short) + 1_000);
  });
  client.send({ type: 'ping' });
  await client.received('pong');
  await client.close();
});

it('a connection over the limit per user replaces the oldest one of that user', async () => {
  const bob = await open('bob');
  const tabs = [await open('alice'), await open('alice'), await open('alice'), await open('alice')];
  await expect(tabs[0]?.closed).resolves.toMatchObject({ code: 1000 });
  expect(tabs[0]?.news.at(-1)).toBe(
    '{"type":"connection:closing","payload":{"reason":"replaced"}}',
  );
  await counted(4, 2);
  await Promise.all([bob, ...tabs.slice(1)].map((client) => client.close()));
});

it('after many simultaneous handshakes of one user, every open connection has a record and gets heartbeats', async () => {
  const tabs = await Promise.all(Array.from({ length: 12 }, () => open('alice')));
  // One more handshake, after all others have completed, closes the connections over the limit.
  const last = await open('alice');
  const isOpen = (tab: TestClient) => tab.socket.readyState === tab.socket.OPEN;
  await eventually(async () => {
    const openNow = [...tabs, last].filter(isOpen).length;
    expect((await connectionRecords(stack)).size).toBe(openNow);
  });
  expect(isOpen(last)).toBe(true);
  const before = [...tabs, last].filter(isOpen);
  const counts = before.map((tab) => tab.messagesOf('heartbeat').length);
  await Promise.all(
    before.map((tab, index) => tab.received('heartbeat', (counts[index] ?? 0) + 2)),
  );
  await Promise.all([...tabs, last].filter(isOpen).map((tab) => tab.close()));
});

it('sends heartbeats at the configured interval', async () => {
  const client = await open('alice');
  await client.received('heartbeat', 6);
  const times = client
    .messagesOf('heartbeat')
    .map((message) => message.payload['timestamp'] as number);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  // The median tolerates late heartbeats: on a busy machine, one causes a longer gap and a shorter one.
  const [, , median = NaN] = gaps.sort((one, other) => one - other);
  expect(Math.abs(median - 1_000)).toBeLessThan(500);
  await client.close();
});
