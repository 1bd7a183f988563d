// Timelines on the local stack: from events on the bus, in packs and alone, to an iteration of the client.
import { WebSocket } from 'undici';
import { createMissionControl } from '#sdk/client';
import { createPublisher } from '#sdk/publisher';
import { startLocalStack, type LocalStack } from '#local/index';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.close());

it('a client reads back each event of a session once, the newest first, whether it was reported in a pack or alone', async () => {
  const { eventBusName, clientConfiguration } = stack;
  const ids = { agentId: 'a#1', sessionId: 's%' };
  const messages = Array.from({ length: 130 }, (_, index) => `message ${index}`);
  for (const [pack, some] of [
    [true, messages.slice(0, 125)],
    [false, messages.slice(125)],
  ] as const) {
    const publisher = createPublisher({ eventBusName, clientConfiguration, pack });
    const { agentId, sessionId } = ids;
    await Promise.all(
      some.map((lastMessage) =>
        publisher.broadcastSessionActivity(agentId, sessionId, lastMessage),
      ),
    );
    await publisher.close();
  }
  const getToken = () => stack.mintToken({ sub: 'alice' });
  const client = createMissionControl({ url: stack.webSocketUrl, getToken, WebSocket });
  await eventually(async () => {
    const read: string[] = [];
    for await (const { lastMessage } of client.history(ids.agentId, ids.sessionId))
      read.push(lastMessage);
    expect(read).toEqual(messages.toReversed());
  });
  client.close();
});
