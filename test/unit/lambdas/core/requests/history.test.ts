// Requests for the timeline of a session, as the function `default` answers them.
import { createWriteTimeline } from '#core/timeline/write-timeline';
import { createAnswerFakes } from '#test/support/core/answer';
import { sessionEvent } from '#test/support/data/events';
import { viewOf } from '#test/support/data/views';

const history = (agentId: string) => ({
  type: 'session:history',
  payload: { agentId, sessionId: 's' },
});

async function setUp(timelineEvents?: number) {
  const fakes = createAnswerFakes(undefined, timelineEvents);
  const { timelines, clock } = fakes;
  const writeTimeline = createWriteTimeline({ ...fakes, timelines, timelineHours: 1 });
  await writeTimeline([sessionEvent('a', 's', 'hello', clock.now())], 'event-1');
  return fakes;
}

it('a request for a timeline is answered with the timeline', async () => {
  const { ask, clock } = await setUp();
  await expect(ask(history('a'))).resolves.toEqual({
    type: 'session:timeline',
    payload: {
      ...{ agentId: 'a', sessionId: 's' },
      events: [{ lastMessage: 'hello', timestamp: clock.now() }],
    },
  });
});

it('a request for a timeline is refused with the same answer for all agents that the connection does not see, whether there is such a session or not', async () => {
  const { ask, connections, connection } = await setUp();
  connections.records.set(connection.connectionId, {
    ...connection,
    view: viewOf({ scope: ['b', 'c'], agents: ['b'] }),
  });
  const refused = { type: 'error', payload: { code: 'agent_not_visible' } };
  const answer = await ask(history('a'));
  expect(answer).toMatchObject(refused);
  await expect(ask(history('unknown'))).resolves.toEqual(answer);
  // In the scope, but not subscribed to.
  await expect(ask(history('c'))).resolves.toEqual(answer);
  await expect(ask(history('b'))).resolves.toMatchObject({ type: 'session:timeline' });
});

it('a request for a timeline is answered with timeline_off if no timelines are kept', async () => {
  const { ask } = await setUp(0);
  await expect(ask(history('a'))).resolves.toMatchObject({
    type: 'error',
    payload: { code: 'timeline_off' },
  });
});

it('a request for a timeline is answered with nothing that has expired', async () => {
  const { ask, clock, connections, connection } = await setUp();
  clock.advance(3_600_000);
  const open = { ...connection, expiresAt: clock.now() + 60_000 };
  connections.records.set(connection.connectionId, open);
  await expect(ask(history('a'), open)).resolves.toMatchObject({ payload: { events: [] } });
});
