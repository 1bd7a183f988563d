// Tokens that expire, in real time: the next heartbeat closes their connections, unless they were refreshed.
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '../support/stack/test-client';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({ settings: { heartbeatSeconds: 10 } });
});
afterAll(() => stack.close());

it('a connection with a token of 20 s is closed after 19 s or more by the first heartbeat after its expiry, unless the token is refreshed', async () => {
  const expiresInSeconds = 20;
  const token = await stack.mintToken({ sub: 'alice', expiresInSeconds });
  const before = Date.now();
  const [client, refreshed] = [
    await TestClient.open(stack.webSocketUrl, { token }),
    await TestClient.open(stack.webSocketUrl, { token }),
  ];
  const next = await stack.mintToken({ sub: 'alice', expiresInSeconds: 600 });
  refreshed.send({ type: 'token:refresh', payload: { token: next } });
  await refreshed.received('token:refreshed');

  await expect(client.closed).resolves.toMatchObject({ code: 1000 });
  const seconds = (Date.now() - before) / 1000;
  const timesOf = (connection: TestClient) =>
    connection.messagesOf('heartbeat').map(({ payload }) => Number(payload['timestamp']));
  const expiredAt = before + expiresInSeconds * 1000;
  const heartbeatsAfterExpiry = timesOf(refreshed).filter((time) => time >= expiredAt);
  // Tokens expire at whole seconds.
  expect(seconds).toBeGreaterThanOrEqual(19);
  // A second one would follow ten seconds later.
  expect(heartbeatsAfterExpiry.length).toBeLessThanOrEqual(1);
  expect(client.news).toEqual([
    '{"type":"connection:closing","payload":{"reason":"token_expired"}}',
  ]);
  for (const time of timesOf(client)) expect(time).toBeLessThan(expiredAt);
  await refreshed.received('heartbeat', timesOf(refreshed).length + 1);
  await refreshed.close();
});
