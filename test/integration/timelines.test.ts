// Timelines on the local stack: from events on the bus, in packs and alone, to an iteration of the client.
import { WebSocket } from 'undici';
import { createMissionControl } from '#sdk/client';
import { createTailCommand } from '#sdk/command/tail/tail';
import { createPublisher } from '#sdk/publisher';
import { startLocalStack, type LocalStack } from '#local/index';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.close());

/** Waits until a client reads back these messages. */
async function expectTimeline(
  { agentId, sessionId }: { readonly agentId: string; readonly sessionId: string },
  messages: readonly string[],
): Promise<void> {
  const getToken = () => stack.mintToken({ sub: 'alice' });
  const client = createMissionControl({ url: stack.webSocketUrl, getToken, WebSocket });
  await eventually(async () => {
    const read: string[] = [];
    for await (const { lastMessage } of client.history(agentId, sessionId)) read.push(lastMessage);
    expect(read).toEqual(messages);
  });
  client.close();
}

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
  await expectTimeline(ids, messages.toReversed());
});

it('tail prints with --since what a session has reported in this time, the oldest first, and then what is new', async () => {
  const { eventBusName, clientConfiguration } = stack;
  const publisher = createPublisher({ eventBusName, clientConfiguration });
  const report = (message: string) => publisher.broadcastSessionActivity('tail', 's', message);
  for (const message of ['one', 'two', 'three']) await report(message);
  await expectTimeline({ agentId: 'tail', sessionId: 's' }, ['three', 'two', 'one']);
  const lines: string[] = [];
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (end = resolve));
  const command = createTailCommand({
    ...{ fetch, WebSocket, now: Date.now, ended: () => ended },
    token: await stack.mintToken({ sub: 'alice' }),
    terminal: { columns: () => undefined, hasColors: false },
  });
  const output = { print: (line: string) => lines.push(line), complain: () => undefined };
  const args = ['--json', '--since', '10m', '--agent', 'tail', '--url', stack.webSocketUrl];
  const exited = command(args, output);
  const messages = () =>
    lines.map(
      (line) => (JSON.parse(line) as { payload: { lastMessage: string } }).payload.lastMessage,
    );
  await eventually(() => {
    expect(messages()).toEqual(['one', 'two', 'three']);
  });
  await report('four');
  await eventually(() => {
    expect(messages()).toEqual(['one', 'two', 'three', 'four']);
  });
  end(0);
  await expect(exited).resolves.toBe(0);
  await publisher.close();
});
