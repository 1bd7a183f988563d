// Heartbeats when idle, in real time: none while events are sent, and no gap so long that a client reconnects.
import { startLocalStack, type LocalStack } from '#local/index';
import { createPublisher } from '#sdk/publisher';
import { eventually } from '#test/support/eventually';
import { measureStalls } from '#test/support/stalls';
import { TestClient } from '#test/support/stack/test-client';

const intervalSeconds = 10;

let stack: LocalStack;
/** What the stack has logged about heartbeats and warned of, which explains a gap. */
const logged: { readonly at: number; readonly text: string }[] = [];

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { heartbeat: 'when-idle', heartbeatSeconds: intervalSeconds },
    log: ({ source, text }) => {
      const isTelling = source.includes('heartbeat') || /"level":"(WARN|ERROR)"/.test(text);
      if (isTelling && !text.includes('"_aws"')) logged.push({ at: Date.now(), text });
    },
  });
});
afterAll(() => stack.close());

it('a connection gets heartbeats only while it is idle, and no gap between messages exceeds 1.5 intervals by more than 1 s', async () => {
  const { clientConfiguration, eventBusName } = stack;
  const publisher = createPublisher({ eventBusName, clientConfiguration });
  const client = await TestClient.open(stack.webSocketUrl, {
    token: await stack.mintToken({ sub: 'alice' }),
  });
  await client.received('heartbeat', 1, 75_000);
  const heardAt: number[] = [];
  const stalledMilliseconds = measureStalls();
  client.socket.on('message', () => heardAt.push(Date.now()));

  let events = 0;
  const backend = setInterval(() => {
    void publisher.broadcastAgentStatus(`agent-${(events += 1)}`, 'online');
  }, 500);
  // Messages replace heartbeats only if the connection is at least eleven seconds old.
  await client.received('agent:status', 24, 30_000);
  const before = client.messagesOf('heartbeat').length;
  await client.received('agent:status', 24 + 6 * intervalSeconds, 60_000);
  clearInterval(backend);
  // One heartbeat may have been in flight when the last of these events arrived.
  expect(client.messagesOf('heartbeat').length).toBeLessThanOrEqual(before + 1);

  await client.received('heartbeat', client.messagesOf('heartbeat').length + 2, 40_000);
  const longest = 1.5 * intervalSeconds * 1000 + 1_000 + stalledMilliseconds();
  const tooLong = heardAt.slice(1).flatMap((until, index) => {
    const from = heardAt[index] ?? 0;
    if (until - from <= longest) return [];
    const meanwhile = logged.filter(({ at }) => at >= from && at <= until);
    return [{ from, until, milliseconds: until - from, meanwhile }];
  });
  expect(tooLong).toEqual([]);
  // Health reports no numbers if the table or the function times out, as on a busy machine.
  await eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({
      websocket: { connections: 1, connectedUsers: 1 },
    });
  });
  await client.close();
  await publisher.close();
}, 180_000);
