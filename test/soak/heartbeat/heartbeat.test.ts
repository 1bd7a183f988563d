// The documented interval, with default settings in real time: three intervals, each 30 s ± 1 s.
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '#test/support/stack/test-client';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
}, 60_000);
afterAll(() => stack.close());

it('heartbeats arrive 30 s apart', async () => {
  const token = await stack.mintToken({ sub: 'alice' });
  const client = await TestClient.open(stack.webSocketUrl, { token });
  const times: number[] = [];
  client.socket.on('message', () => times.push(Date.now()));
  await client.received('heartbeat', 5, 170_000);
  // The first heartbeat of a deployment is sent at once, the others at multiples of the interval.
  const planned = times.slice(1);
  const gaps = planned.slice(1).map((time, index) => time - (planned[index] ?? 0));
  for (const gap of gaps.slice(0, 3)) expect(Math.abs(gap - 30_000)).toBeLessThanOrEqual(1_000);
  expect(client.messages).toHaveLength(times.length);
  await client.close();
}, 180_000);
