import { createAnswerFakes } from '../../../../support/answer';
import { agentEvent, sessionEvent } from '../../../../support/events';

const lifetime = 1e10;

async function fill(world: ReturnType<typeof createAnswerFakes>, count: number) {
  const { state, clock } = world;
  for (let index = 0; index < count; index += 1) {
    const updatedAt = clock.now() - count + index;
    const times = { updatedAt, expiresAt: updatedAt + lifetime };
    await state.put(agentEvent(`agent-${index}`, 'online', 1), times);
    await state.put(sessionEvent(`agent-${index}`, 's', `message ${index}`, 1), times);
  }
}

test('answers a client of an empty deployment with one empty snapshot', async () => {
  const { ask, clock } = createAnswerFakes();
  await expect(ask({ type: 'state:sync' })).resolves.toEqual({
    type: 'state:snapshot',
    payload: {
      ...{ agents: [], sessions: [], timestamp: clock.now(), complete: true },
      heartbeatSeconds: 30,
    },
  });
});

test('tells everything in one message when it fits, newest first', async () => {
  const world = createAnswerFakes();
  await fill(world, 3);
  await expect(world.ask({ type: 'state:sync' })).resolves.toMatchObject({
    payload: {
      agents: [{ agentId: 'agent-2' }, { agentId: 'agent-1' }, { agentId: 'agent-0' }],
      sessions: [
        { agentId: 'agent-2', sessionId: 's', lastMessage: 'message 2', timestamp: 1 },
        { agentId: 'agent-1' },
        { agentId: 'agent-0' },
      ],
    },
  });
  expect(world.gateway.posts).toEqual([]);
});

test('tells what was stored after `since`, by the clock of the server', async () => {
  const world = createAnswerFakes();
  await fill(world, 5);
  const since = world.clock.now() - 2;
  await expect(world.ask({ type: 'state:sync', payload: { since } })).resolves.toMatchObject({
    payload: { agents: [{ agentId: 'agent-4' }], sessions: [{ agentId: 'agent-4' }] },
  });
});

test('tells the newest when there are more than it may', async () => {
  const world = createAnswerFakes({ agents: 2, sessions: 3 });
  await fill(world, 50);
  const snapshot = await world.ask({ type: 'state:sync' });
  const idsOf = (key: string) =>
    (snapshot?.payload[key] as { agentId: string }[]).map(({ agentId }) => agentId);
  expect(idsOf('agents')).toEqual(['agent-49', 'agent-48']);
  expect(idsOf('sessions')).toEqual(['agent-49', 'agent-48', 'agent-47']);
});

test('posts all messages but the last, which is the answer', async () => {
  const world = createAnswerFakes({ agents: 1_000, sessions: 1_000 });
  await fill(world, 600);
  const last = await world.ask({ type: 'state:sync' });
  const posted = world.gateway.posts.map(({ message }) => message as NonNullable<typeof last>);
  const messages = [...posted, last];
  expect(posted.length).toBeGreaterThan(1);
  expect(messages.map((message) => message?.payload['complete'])).toEqual(
    messages.map((message) => message === last),
  );
  expect(messages.flatMap((message) => message?.payload['agents'])).toHaveLength(600);
  expect(messages.flatMap((message) => message?.payload['sessions'])).toHaveLength(600);
});

test('posts again what was throttled, and says so when a message cannot be posted at all', async () => {
  const world = createAnswerFakes({ agents: 1_000, sessions: 1_000 });
  await fill(world, 600);
  // Each twice: a slow client is waited for longer than in a fan-out, where others would wait with it.
  world.gateway.answer = () => {
    const message = JSON.stringify(world.gateway.posts.at(-1)?.message);
    const times = world.gateway.posts.filter(
      (post) => JSON.stringify(post.message) === message,
    ).length;
    return times <= 2 ? 'throttled' : 'delivered';
  };
  await expect(world.ask({ type: 'state:sync' })).resolves.toMatchObject({
    payload: { complete: true },
  });
  world.gateway.answer = () => 'throttled';
  await expect(world.ask({ type: 'state:sync' })).resolves.toMatchObject({
    type: 'error',
    payload: { code: 'unavailable' },
  });
  expect(world.counted).toEqual(['SnapshotsFailed']);
});

test('says so when the state cannot be read', async () => {
  const world = createAnswerFakes();
  world.state.pages = () => {
    throw new Error('the store is down');
  };
  await expect(world.ask({ type: 'state:sync' })).resolves.toMatchObject({
    type: 'error',
    payload: { code: 'unavailable' },
  });
  expect(world.log.lines).toMatchObject([{ level: 'error', message: 'state not read' }]);
});

test('never logs what a session said', async () => {
  const world = createAnswerFakes();
  await fill(world, 3);
  await world.ask({ type: 'state:sync' });
  expect(world.log.lines).toHaveLength(1);
  expect(JSON.stringify(world.log.lines)).not.toMatch(/message \d/);
});
