// Nobody may stay longer, come oftener or send more than is allowed, and nobody else notices who tries.
import { startLocalStack, type LocalStack } from '../../local';
import { TestClient } from '../support/client';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
}, 60_000);
afterAll(() => stack.close());

const open = async (sub: string) =>
  TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) });

const isOpen = (client: TestClient) => client.socket.readyState === client.socket.OPEN;

test('of 200 handshakes of one user in a second most get 429, and none of other users', async () => {
  const token = await stack.mintToken({ sub: 'mallory' });
  const storm = Array.from({ length: 200 }, () =>
    TestClient.refused(stack.webSocketUrl, { token }).then(({ status }) => status),
  );
  const others = ['ann', 'bob', 'cem', 'dan', 'eve'].map(open);
  const statuses = await Promise.all(storm);
  const count = (status: number) => statuses.filter((one) => one === status).length;
  // Twenty at once, and as many more as come back in the seconds that the storm takes.
  expect(count(101)).toBeGreaterThanOrEqual(20);
  expect(count(101)).toBeLessThan(40);
  expect(count(429)).toBe(200 - count(101));
  const clients = await Promise.all(others);
  expect(clients.filter(isOpen)).toHaveLength(5);
  await Promise.all(clients.map((client) => client.close()));
}, 60_000);

test('20 tabs of one user that are restored at once all get in', async () => {
  const tabs = await Promise.all(Array.from({ length: 20 }, () => open('many-tabs')));
  expect(tabs.filter(isOpen)).toHaveLength(20);
  await Promise.all(tabs.map((tab) => tab.close()));
}, 60_000);

test('a client that sends 1,000 frames a second is closed, and others notice nothing', async () => {
  const [flooder, other] = [await open('flooder'), await open('other')];
  // Within its own limit, all the while.
  let pings = 0;
  const pinging = setInterval(() => {
    if (pings < 15) other.send({ type: 'ping' });
    pings = Math.min(15, pings + 1);
  }, 100);
  for (let frame = 0; frame < 2_000 && isOpen(flooder); frame += 1) {
    flooder.send({ type: 'ping' });
    if (frame % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await expect(flooder.closed).resolves.toMatchObject({ code: 1000 });
  clearInterval(pinging);
  expect(flooder.news.at(-1)).toBe(
    '{"type":"connection:closing","payload":{"reason":"rate_limited"}}',
  );
  const codes = flooder.framesOf('error').map(({ payload }) => payload['code']);
  expect(new Set(codes)).toEqual(new Set(['rate_limited']));
  expect(flooder.framesOf('pong').length).toBeGreaterThanOrEqual(20);
  expect(pings).toBeGreaterThan(0);
  await other.received('pong', pings);
  expect(other.framesOf('error')).toEqual([]);
  expect(isOpen(other)).toBe(true);
  await other.close();
}, 60_000);

test('of 21 tabs the first is closed, and health says 20', async () => {
  const patient = await startLocalStack({ settings: { handshakeBurst: 100 } });
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
      await expect(patient.health()).resolves.toMatchObject({
        websocket: { connections: 20, connectedUsers: 1 },
      });
    });
    expect(tabs.filter(isOpen)).toHaveLength(20);
  } finally {
    await patient.close();
  }
}, 60_000);
