import { createAnswerFakes } from '../../../../support/core/answer';
import { agentEvent, emptyLists, sessionEvent } from '../../../../support/data/events';

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

it('answers a client of an empty deployment with one empty snapshot', async () => {
  const { ask, clock } = createAnswerFakes();
  await expect(ask({ type: 'state:sync' })).resolves.toEqual({
    type: 'state:snapshot',
    payload: {
      ...emptyLists(),
      ...{ timestamp: clock.now(), complete: true },
      heartbeatSeconds: 30,
    },
  });
});

it('tells everything in one message when it fits, newest first', async () => {
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

it('tells what was stored after `since`, by the clock of the server', async () => {
  const harness = createAnswerFakes();
  await fill(harness, 5);
  const since = harness.clock.now() - 2;
  await expect(harness.ask({ type: 'state:sync', payload: { since } })).resolves.toMatchObject({
    payload: { agents: [{ agentId: 'agent-4' }], sessions: [{ agentId: 'agent-4' }] },
  });
});

it('tells the newest when there are more than it may', async () => {
  const harness = createAnswerFakes({ agents: 2, sessions: 3 });
  await fill(harness, 50);
  const snapshot = await harness.ask({ type: 'state:sync' });
  const idsOf = (key: string) =>
    (snapshot?.payload[key] as { agentId: string }[]).map(({ agentId }) => agentId);
  expect(idsOf('agents')).toEqual(['agent-49', 'agent-48']);
  expect(idsOf('sessions')).toEqual(['agent-49', 'agent-48', 'agent-47']);
});

it('posts all messages but the last, which is the answer', async () => {
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

it('posts again what was throttled, and says so when a message cannot be posted at all', async () => {
  const harness = createAnswerFakes({ agents: 1_000, sessions: 1_000 });
  await fill(harness, 600);
  // Each twice: a slow client is waited for longer than in a fan-out, where others would wait with it.
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

it('says so when the state cannot be read', async () => {
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

it('never logs what a session said', async () => {
  const harness = createAnswerFakes();
  await fill(harness, 3);
  await harness.ask({ type: 'state:sync' });
  expect(harness.log.lines).toHaveLength(1);
  expect(JSON.stringify(harness.log.lines)).not.toMatch(/message \d/);
});
