import { createAnswerFakes } from '#test/support/core/answer';
import { agentEvent, emptyLists, sessionEvent, snapshotFacts } from '#test/support/data/events';

const lifetime = 1e10;

async function fill(harness: ReturnType<typeof createAnswerFakes>, count: number) {
  const { state, clock } = harness;
  for (let index = 0; index < count; index += 1) {
    const updatedAt = clock.now() - count + index;
    const times = { updatedAt, expiresAt: updatedAt + lifetime };
    await state.put(agentEvent(`agent-${index}`, 'online', 1), times);
    await state.put(sessionEvent(`agent-${index}`, 's', `message ${index}`, 1), times);
  }
}

it('answers with one empty snapshot if there are no registers', async () => {
  const { ask, clock } = createAnswerFakes();
  await expect(ask({ type: 'state:sync' })).resolves.toEqual({
    type: 'state:snapshot',
    payload: {
      ...emptyLists(),
      ...{ timestamp: clock.now(), complete: true },
      ...snapshotFacts,
    },
  });
});

it('answers with one message if all registers fit, newest first', async () => {
  const harness = createAnswerFakes();
  await fill(harness, 3);
  await expect(harness.ask({ type: 'state:sync' })).resolves.toMatchObject({
    payload: {
      agents: [{ agentId: 'agent-2' }, { agentId: 'agent-1' }, { agentId: 'agent-0' }],
      sessions: [
        { agentId: 'agent-2', sessionId: 's', lastMessage: 'message 2', timestamp: 1 },
        { agentId: 'agent-1' },
        { agentId: 'agent-0' },
      ],
    },
  });
  expect(harness.gateway.posts).toEqual([]);
});

it('returns the registers that were stored after `since`, by the clock of the server', async () => {
  const harness = createAnswerFakes();
  await fill(harness, 5);
  const since = harness.clock.now() - 2;
  await expect(harness.ask({ type: 'state:sync', payload: { since } })).resolves.toMatchObject({
    payload: { agents: [{ agentId: 'agent-4' }], sessions: [{ agentId: 'agent-4' }] },
  });
});

it('returns the newest registers if there are more than the limits', async () => {
  const harness = createAnswerFakes({ agents: 2, sessions: 3 });
  await fill(harness, 50);
  const snapshot = await harness.ask({ type: 'state:sync' });
  const idsOf = (key: string) =>
    (snapshot?.payload[key] as { agentId: string }[]).map(({ agentId }) => agentId);
  expect(idsOf('agents')).toEqual(['agent-49', 'agent-48']);
  expect(idsOf('sessions')).toEqual(['agent-49', 'agent-48', 'agent-47']);
});

it('posts all messages except the last one, which is the answer', async () => {
  const harness = createAnswerFakes({ agents: 1_000, sessions: 1_000 });
  await fill(harness, 600);
  const last = await harness.ask({ type: 'state:sync' });
  const posted = harness.gateway.posts.map(({ message }) => message as NonNullable<typeof last>);
  const messages = [...posted, last];
  expect(posted.length).toBeGreaterThan(1);
  expect(messages.map((message) => message?.payload['complete'])).toEqual(
    messages.map((message) => message === last),
  );
  expect(messages.flatMap((message) => message?.payload['agents'])).toHaveLength(600);
  expect(messages.flatMap((message) => message?.payload['sessions'])).toHaveLength(600);
});

it('posts throttled messages again, and answers with unavailable if a message cannot be posted', async () => {
  const harness = createAnswerFakes({ agents: 1_000, sessions: 1_000 });
  await fill(harness, 600);
  // Each message is throttled twice. A snapshot is retried more often than a fan-out, where others would wait.
  harness.gateway.answer = () => {
    const message = JSON.stringify(harness.gateway.posts.at(-1)?.message);
    const times = harness.gateway.posts.filter(
      (post) => JSON.stringify(post.message) === message,
    ).length;
    return times <= 2 ? 'throttled' : 'delivered';
  };
  await expect(harness.ask({ type: 'state:sync' })).resolves.toMatchObject({
    payload: { complete: true },
  });
  harness.gateway.answer = () => 'throttled';
  await expect(harness.ask({ type: 'state:sync' })).resolves.toMatchObject({
    type: 'error',
    payload: { code: 'unavailable' },
  });
  expect(harness.counted).toEqual(['SnapshotsFailed']);
});

it.each([
  ['may see less', { scope: ['agent-1'] }],
  ['has another subscription', { agents: ['agent-1'] }],
])(
  'answers with unavailable, and not with the last message, if the connection %s by then',
  async (_, parts) => {
    const harness = createAnswerFakes();
    await fill(harness, 3);
    const { connection, connections, state } = harness;
    const pages = state.pages.bind(state);
    state.pages = async function* (...args) {
      await connections.changeView(connection, parts);
      yield* pages(...args);
    };
    const answer = await harness.ask({ type: 'state:sync' });
    expect(answer).toMatchObject({ type: 'error', payload: { code: 'unavailable' } });
    expect(JSON.stringify(harness.gateway.posts)).not.toContain('agent-0');
  },
);

it('sends no part of a snapshot to a connection whose newer token allows less', async () => {
  const harness = createAnswerFakes({ agents: 1_000, sessions: 1_000 });
  await fill(harness, 600);
  const { connection, connections, clock, gateway, state } = harness;
  const pages = state.pages.bind(state);
  state.pages = async function* (...args) {
    yield* pages(...args);
    if (clock.now() < connection.expiresAt) clock.advance(connection.expiresAt - clock.now());
    await connections.changeView(connection, { scope: ['agent-1'] }, clock.now() + 60_000);
  };
  await harness.ask({ type: 'state:sync' });
  expect(JSON.stringify(gateway.posts)).not.toContain('agent-2');
});

it('answers with unavailable and logs an error if the state cannot be read', async () => {
  const harness = createAnswerFakes();
  harness.state.pages = () => {
    throw new Error('the store is down');
  };
  await expect(harness.ask({ type: 'state:sync' })).resolves.toMatchObject({
    type: 'error',
    payload: { code: 'unavailable' },
  });
  expect(harness.log.lines).toMatchObject([{ level: 'error', message: 'state not read' }]);
});

it('never logs the text of a session', async () => {
  const harness = createAnswerFakes();
  await fill(harness, 3);
  await harness.ask({ type: 'state:sync' });
  expect(harness.log.lines).toHaveLength(1);
  expect(JSON.stringify(harness.log.lines)).not.toMatch(/message \d/);
});
