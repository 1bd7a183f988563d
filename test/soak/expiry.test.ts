// Tokens that expire, in real time: the next heartbeat closes their connections, unless they were refreshed.
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '../support/stack/test-client';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({ settings: { heartbeatSeconds: 10 } });
}, 60_000);
afterAll(() => stack.close());

it('a connection with a token of 20 s is closed after 19 to 31 s, unless the token is refreshed', async () => {
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
  // Tokens expire at whole seconds.
  expect(seconds).toBeGreaterThanOrEqual(19);
  expect(seconds).toBeLessThanOrEqual(31);
  expect(client.news).toEqual([
    '{"type":"connection:closing","payload":{"reason":"token_expired"}}',
  ]);
  const expiredAt = before + expiresInSeconds * 1000;
  for (const { payload } of client.messagesOf('heartbeat')) {
    expect(payload['timestamp']).toBeLessThan(expiredAt);
  }
  await refreshed.received('heartbeat', refreshed.messagesOf('heartbeat').length + 1, 15_000);
  await refreshed.close();
}, 60_000);
