import fc from 'fast-check';
import type { HistoryOptions, MissionControl } from '#sdk/client';
import { ClientHarness, settle, type FakeSocket } from '#test/support/client/client-harness';

type Page = Parameters<typeof pageOf>[1];

/** Collects an iteration. */
function read(client: MissionControl, options?: HistoryOptions, sessionId = 's') {
  const messages: string[] = [];
  const outcome: { ended?: true; error?: unknown } = {};
  void (async () => {
    try {
      for await (const activity of client.history('a', sessionId, options)) {
        expect(activity).toMatchObject({ agentId: 'a', sessionId });
        messages.push(activity.lastMessage);
      }
      outcome.ended = true;
    } catch (error) {
      outcome.error = error;
    }
  })();
  return { messages, outcome };
}

function pageOf(
  socket: FakeSocket,
  page: { before?: string; messages: readonly string[]; next?: string; sessionId?: string },
) {
  const { messages, sessionId = 's', ...cursors } = page;
  const events = messages.map((lastMessage) => ({ lastMessage, timestamp: 1 }));
  socket.receive('session:timeline', { agentId: 'a', sessionId, ...cursors, events });
}

async function answer(socket: FakeSocket, page: Page) {
  await settle();
  pageOf(socket, page);
  await settle();
}

const requests = (socket: FakeSocket) => socket.sentOf('session:history').map((one) => one.payload);

it('asks for the next page with the cursor of the last one, until there is none', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const { messages, outcome } = read(harness.client);
  await answer(socket, { messages: ['c', 'b'], next: '2#abcdefgh#2' });
  await answer(socket, { before: '2#abcdefgh#2', messages: ['a'] });
  expect(messages).toEqual(['c', 'b', 'a']);
  expect(outcome).toEqual({ ended: true });
  expect(requests(socket)).toEqual([
    { agentId: 'a', sessionId: 's', limit: 100 },
    { agentId: 'a', sessionId: 's', before: '2#abcdefgh#2', limit: 100 },
  ]);
});

it('asks for no more than the limit, and for what was before a time', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const { messages, outcome } = read(harness.client, { limit: 3, before: 5 });
  await answer(socket, { before: '5', messages: ['c', 'b'], next: 'n' });
  await answer(socket, { before: 'n', messages: ['a', 'more'], next: 'm' });
  expect(messages).toEqual(['c', 'b', 'a']);
  expect(outcome).toEqual({ ended: true });
  expect(requests(socket).map(({ limit }) => limit)).toEqual([3, 1]);
});

it('calls onRequest before each page, also after an empty one, and ends if it throws', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const refusal = new Error('enough');
  let left = 2;
  const onRequest = () => {
    left -= 1;
    if (left < 0) throw refusal;
  };
  const { messages, outcome } = read(harness.client, { onRequest });
  await answer(socket, { messages: [], next: 'n' });
  await answer(socket, { before: 'n', messages: ['a'], next: 'm' });
  expect(messages).toEqual(['a']);
  expect(outcome).toEqual({ error: refusal });
  expect(requests(socket)).toHaveLength(2);
});

it('waits until the client is synced', async () => {
  const harness = new ClientHarness();
  const { messages } = read(harness.client);
  await settle();
  harness.socket.accept();
  await settle();
  expect(requests(harness.socket)).toEqual([]);
  harness.snapshot();
  await answer(harness.socket, { messages: ['a'] });
  expect(messages).toEqual(['a']);
});

it('goes on after a reconnect from the last cursor', async () => {
  const harness = new ClientHarness();
  const first = await harness.connect();
  const { messages, outcome } = read(harness.client);
  await answer(first, { messages: ['b'], next: 'n' });
  first.drop();
  await harness.nextAttempt();
  const second = await harness.connect();
  expect(requests(second)).toEqual([{ agentId: 'a', sessionId: 's', before: 'n', limit: 100 }]);
  await answer(second, { before: 'n', messages: ['a'] });
  expect(messages).toEqual(['b', 'a']);
  expect(outcome).toEqual({ ended: true });
});

it('repeats a request without an answer, and ignores the answers to other requests', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const { messages } = read(harness.client);
  await harness.time.pass(10_000);
  expect(requests(socket)).toHaveLength(2);
  await answer(socket, { messages: ['b'], next: 'n' });
  await answer(socket, { messages: ['b'], next: 'n' });
  await answer(socket, { before: 'n', sessionId: 'other', messages: ['wrong'] });
  expect(messages).toEqual(['b']);
  await answer(socket, { before: 'n', messages: ['a'] });
  expect(messages).toEqual(['b', 'a']);
});

it('throws an error with the code of the server, and the next iteration is not affected', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const refused = read(harness.client);
  const other = read(harness.client, undefined, 'other');
  await settle();
  expect(requests(socket)).toHaveLength(1);
  socket.receive('error', { code: 'agent_not_visible', message: 'No.' });
  await settle();
  expect(refused.outcome.error).toMatchObject({
    code: 'agent_not_visible',
    message: 'agent_not_visible: No.',
  });
  await answer(socket, { sessionId: 'other', messages: ['a'] });
  expect(other.messages).toEqual(['a']);
});

it('throws the reason of the signal, also before the first request, and does not repeat a request that is not answered yet', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const controller = new AbortController();
  const { outcome } = read(harness.client, { signal: controller.signal });
  await settle();
  const reason = new Error('enough');
  controller.abort(reason);
  await settle();
  expect(outcome).toEqual({ error: reason });
  const { outcome: never } = read(harness.client, { signal: controller.signal });
  await settle();
  expect(never).toEqual({ error: reason });
  await harness.time.pass(20_000);
  expect(requests(socket)).toHaveLength(1);
});

/** A signal has ended an iteration whose request is not answered yet, and an iteration of another session has begun. */
async function endUnanswered() {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const controller = new AbortController();
  read(harness.client, { signal: controller.signal });
  await settle();
  controller.abort();
  const next = read(harness.client, undefined, 'other');
  await settle();
  return { harness, socket, next };
}

function refuse(socket: FakeSocket, code = 'rate_limited') {
  socket.receive('error', { code, message: 'No.' });
}

describe('after a signal has ended an iteration whose request is not answered yet', () => {
  it('an error that answers the request does not end the next iteration', async () => {
    const { socket, next } = await endUnanswered();
    refuse(socket);
    await answer(socket, { sessionId: 'other', messages: ['a'] });
    expect(next).toEqual({ messages: ['a'], outcome: { ended: true } });
    expect(requests(socket).map(({ sessionId }) => sessionId)).toEqual(['s', 'other']);
  });

  it('a page that answers the request lets the next one be sent, which an error ends', async () => {
    const { socket, next } = await endUnanswered();
    await answer(socket, { messages: ['a'] });
    expect(requests(socket)).toHaveLength(2);
    refuse(socket);
    await settle();
    expect(next.outcome.error).toMatchObject({ code: 'rate_limited' });
  });

  it('the next request is sent after some seconds if there is no answer', async () => {
    const { harness, socket, next } = await endUnanswered();
    await harness.time.pass(10_000);
    await answer(socket, { sessionId: 'other', messages: ['a'] });
    expect(next.messages).toEqual(['a']);
    expect(requests(socket)).toHaveLength(2);
  });

  it('neither the request is repeated, nor does a token refresh wait for longer than its answer', async () => {
    const { harness, socket, next } = await endUnanswered();
    harness.client.refresh();
    await settle();
    expect(socket.sentOf('token:refresh')).toEqual([]);
    await answer(socket, { messages: ['a'] });
    expect(socket.sentOf('token:refresh')).toHaveLength(1);
    socket.receive('token:refreshed', { expiresAt: harness.time.now() + 3_600_000 });
    await answer(socket, { sessionId: 'other', messages: ['b'] });
    expect(next.messages).toEqual(['b']);
    await harness.time.pass(20_000);
    expect(requests(socket)).toHaveLength(2);
  });
});

describe('an error that answers an earlier request late', () => {
  /** The request of the other session has been sent, because the first one has got no answer in time. */
  async function setUp() {
    const { harness, socket, next } = await endUnanswered();
    await harness.time.pass(10_000);
    expect(requests(socket).map(({ sessionId }) => sessionId)).toEqual(['s', 'other']);
    return { harness, socket, ...next };
  }

  it('does not end the iteration of another session', async () => {
    const { socket, messages, outcome } = await setUp();
    refuse(socket, 'agent_not_visible');
    await answer(socket, { sessionId: 'other', messages: ['a'] });
    expect({ messages, outcome }).toEqual({ messages: ['a'], outcome: { ended: true } });
  });

  it('does not end the iteration whose next page is requested, if the repeated request is refused', async () => {
    const harness = new ClientHarness();
    const socket = await harness.connect();
    const { messages, outcome } = read(harness.client);
    await harness.time.pass(10_000);
    expect(requests(socket)).toHaveLength(2);
    await answer(socket, { messages: ['b'], next: 'n' });
    refuse(socket);
    await answer(socket, { before: 'n', messages: ['a'] });
    expect({ messages, outcome }).toEqual({ messages: ['b', 'a'], outcome: { ended: true } });
  });

  it('is awaited no more after a page has answered that request', async () => {
    const { socket, outcome } = await setUp();
    await answer(socket, { messages: ['late'] });
    refuse(socket);
    await settle();
    expect(outcome.error).toMatchObject({ code: 'rate_limited' });
  });

  it('is awaited once: the next error ends the iteration, which has repeated its request', async () => {
    const { harness, socket, outcome } = await setUp();
    refuse(socket);
    await harness.time.pass(20_000);
    expect(outcome).toEqual({});
    expect(requests(socket)).toHaveLength(3);
    refuse(socket, 'agent_not_visible');
    await settle();
    expect(outcome.error).toMatchObject({ code: 'agent_not_visible' });
  });
});

it('a late page answers the same request of a later iteration, and no other one', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const controller = new AbortController();
  read(harness.client, { signal: controller.signal });
  await settle();
  controller.abort();
  const other = read(harness.client, { before: 5 });
  const same = read(harness.client);
  await harness.time.pass(10_000);
  await answer(socket, { messages: ['a'] });
  expect(same).toEqual({ messages: ['a'], outcome: { ended: true } });
  expect(other).toEqual({ messages: [], outcome: {} });
});

it('throws an error with the code closed when the client is closed, and of a closed client', async () => {
  const harness = new ClientHarness();
  await harness.connect();
  const { outcome } = read(harness.client);
  await settle();
  harness.client.close();
  await settle();
  expect(outcome.error).toMatchObject({ code: 'closed' });
  const { outcome: later } = read(harness.client);
  await settle();
  expect(later.error).toMatchObject({ code: 'closed' });
  expect(harness.time.pending).toBe(0);
});

it('asks for nothing more after a return', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  const iteration = harness.client.history('a', 's');
  const step = iteration.next();
  await answer(socket, { messages: ['b', 'a'], next: 'n' });
  await expect(step).resolves.toMatchObject({ value: { lastMessage: 'b' } });
  await iteration.return();
  await harness.time.pass(20_000);
  expect(requests(socket)).toHaveLength(1);
});

it('does not replace a token refresh that waits for a turn', async () => {
  const harness = new ClientHarness();
  const socket = await harness.connect();
  harness.client.subscribe(['a']);
  await settle();
  harness.client.refresh();
  read(harness.client);
  await settle();
  expect(socket.sentOf('token:refresh')).toEqual([]);
  socket.receive('subscribed', { agents: ['a'] });
  harness.snapshot({ visibleAgents: ['a'] });
  await settle();
  expect(socket.sentOf('token:refresh')).toHaveLength(1);
  socket.receive('token:refreshed', { expiresAt: harness.time.now() + 3_600_000 });
  await answer(socket, { messages: [] });
  expect(requests(socket)).toHaveLength(1);
});

it('reads every event once and in order, whatever is lost, repeated and interrupted', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('answer', 'twice', 'lose', 'drop'), { maxLength: 12 }),
      async (steps) => {
        const harness = new ClientHarness();
        let socket = await harness.connect();
        const { messages, outcome } = read(harness.client);
        const answerAll = () => {
          const { before } = requests(socket).at(-1) ?? {};
          const from = Number(before ?? 0);
          pageOf(socket, {
            ...(before !== undefined && { before }),
            messages: [`${from}`, `${from} more`],
            ...(from < 5 && { next: String(from + 1) }),
          });
        };
        for (const step of [...steps, ...Array.from({ length: 6 }, () => 'answer')]) {
          await settle();
          if (step === 'lose') await harness.time.pass(10_000);
          else if (step === 'drop') {
            socket.drop();
            await harness.nextAttempt();
            socket = await harness.connect();
          } else {
            answerAll();
            if (step === 'twice') answerAll();
          }
        }
        await settle();
        expect(messages).toEqual([0, 1, 2, 3, 4, 5].flatMap((from) => [`${from}`, `${from} more`]));
        expect(outcome).toEqual({ ended: true });
      },
    ),
    { numRuns: 50 },
  ));
