// Fan-outs to connections with a view: each gets the messages that it may see, and no others.
import fc from 'fast-check';
import { withParts, type ViewParts } from '#core/connections/view';
import type { Connection, Lane } from '#core/connections/ports';
import type { FanOutRequest } from '#core/fan-out/fan-out';
import { heartbeatMessage, messageOfEvent } from '#core/fan-out/outgoing-message';
import { createPostLists } from '#core/fan-out/post-lists';
import { agentEvent } from '#test/support/data/events';
import { patternsMatch, viewOf } from '#test/support/data/views';
import { createFanOutHarness } from '#test/support/core/fan-out';

const messageOf = (agentId: string, timestamp = 1) =>
  messageOfEvent(agentEvent(agentId, 'online', timestamp));
const messages = ['team-a/1', 'team-b/1', 'team-a/2'].map((agentId) => messageOf(agentId));
const [a1, b1, a2] = messages;
if (a1 === undefined || b1 === undefined || a2 === undefined) throw new Error('no messages');

function setUp() {
  const harness = createFanOutHarness({ concurrency: 4 });
  const { clock, connections, gateway } = harness;
  const add = (userId: string, parts: ViewParts, batches = false): Connection => {
    const [seeded] = connections.seed(clock.now(), [userId]);
    if (seeded === undefined) throw new Error('not seeded');
    const connection = { ...seeded, batches, view: viewOf(parts) };
    connections.records.set(seeded.connectionId, connection);
    return connection;
  };
  const run = (changes: Partial<FanOutRequest> = {}) =>
    clock.run(
      harness.fanOut({ messages, deadline: clock.now() + 20_000, requeue: true, ...changes }),
    );
  const postedTo = ({ connectionId }: Connection) =>
    gateway.posts
      .filter((post) => post.connectionId === connectionId)
      .map(({ message }) => JSON.stringify(message));
  return { ...harness, add, run, postedTo };
}

it('posts to each connection the messages of its scope, in their order', async () => {
  const { add, run, postedTo } = setUp();
  const teamA = add('alice', { scope: ['team-a/*'] });
  const teamB = add('bob', { scope: ['team-b/*'] });
  const everybody = add('carol', { scope: ['*'] });
  await expect(run()).resolves.toMatchObject({ delivered: 3, filtered: 0, posts: 6 });
  expect(postedTo(teamA)).toEqual([a1.text, a2.text]);
  expect(postedTo(teamB)).toEqual([b1.text]);
  expect(postedTo(everybody)).toEqual([a1.text, b1.text, a2.text]);
});

it('posts nothing to a connection that may see, or has asked for, none of the messages, and counts it as filtered', async () => {
  const { add, run, gateway } = setUp();
  add('alice', { scope: ['team-c/*'] });
  add('bob', { agents: ['team-a/3'] });
  add('carol', { scope: ['team-a/*'], agents: ['team-b/*'] });
  add('dave', { agents: [] }, true);
  await expect(run()).resolves.toMatchObject({ delivered: 0, filtered: 4, posts: 0, lost: 0 });
  expect(gateway.posts).toEqual([]);
});

it('posts a heartbeat to every connection, whatever its view', async () => {
  const { add, run, clock } = setUp();
  add('alice', { scope: ['team-c/*'] });
  add('bob', { agents: [] }, true);
  const heartbeat = heartbeatMessage(clock.now());
  await expect(run({ messages: [heartbeat] })).resolves.toMatchObject({ delivered: 2 });
});

it('queues one list of all messages for connections of all views that were not reached, and otherwise what a connection misses of its own', async () => {
  const { add, run, gateway, queue } = setUp();
  const teamA = add('alice', { scope: ['team-a/*'] });
  const batched = add('bob', { scope: ['team-a/*'] }, true);
  let posts = 0;
  gateway.answer = (connectionId) => {
    if (connectionId !== teamA.connectionId) return 'retryable';
    posts += 1;
    return posts === 1 ? 'delivered' : 'retryable';
  };
  const other = add('carol', { scope: ['team-b/*'] }, true);
  await expect(run()).resolves.toMatchObject({ requeued: 3 });
  const jobs = queue.jobs.flatMap((job) =>
    'connections' in job
      ? job.connections.map(({ connectionId }) => ({ connectionId, messages: job.messages }))
      : [],
  );
  expect(queue.jobs).toHaveLength(2);
  expect(jobs).toHaveLength(3);
  expect(jobs).toContainEqual({ connectionId: teamA.connectionId, messages: [a2] });
  // The retry job reads the views of its connections again.
  expect(jobs).toContainEqual({ connectionId: batched.connectionId, messages });
  expect(jobs).toContainEqual({ connectionId: other.connectionId, messages });
});

it.each([
  ['narrower', { scope: ['team-a/2'] }, [a2.text]],
  ['another', { scope: ['team-b/*'] }, [b1.text]],
  ['an empty', { scope: ['team-a/*'], agents: [] }, []],
])(
  'posts to a connection whose token was refreshed meanwhile by its present view: %s one',
  async (_, parts, expected) => {
    const { add, run, clock, connections, postedTo } = setUp();
    const connection = add('alice', { scope: ['team-a/*'] });
    const expired = { ...connection, expiresAt: clock.now() };
    connections.records.set(connection.connectionId, { ...connection, view: viewOf(parts) });
    const report = await run({ to: { connections: [expired] } });
    expect(postedTo(connection)).toEqual(expected);
    const [delivered, filtered] = expected.length > 0 ? [1, 0] : [0, 1];
    expect(report).toMatchObject({ delivered, filtered, lost: 0 });
  },
);

it('begins the posts again, with the messages of the present view, if it changed between two posts', async () => {
  const { add, run, clock, connections, gateway, postedTo } = setUp();
  const connection = add('alice', { scope: ['team-a/*'] });
  const expiring = { ...connection, expiresAt: clock.now() + 1_000 };
  connections.records.set(connection.connectionId, expiring);
  gateway.answer = () => {
    if (clock.now() < expiring.expiresAt) {
      clock.advance(1_000);
      connections.records.set(connection.connectionId, {
        ...connection,
        view: viewOf({ scope: ['team-b/*', 'team-a/2'] }),
      });
    }
    return 'delivered';
  };
  await expect(run()).resolves.toMatchObject({ delivered: 1, posts: 3 });
  expect(postedTo(connection)).toEqual([a1.text, b1.text, a2.text]);
});

describe('post lists', () => {
  const agentIds = ['a', 'ab', 'abc', 'b', 'b*', '\\', '__proto__', 'A'];
  const patterns = fc.uniqueArray(
    fc.constantFrom('a', 'a*', 'ab*', 'b\\*', '\\\\', '__proto__', 'A', '*', 'zz*'),
    { maxLength: 3 },
  );
  const parts = fc.record({
    scope: fc.option(patterns, { nil: undefined }),
    agents: fc.option(patterns, { nil: undefined }),
  });

  it('have exactly the messages that the view of a connection matches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...agentIds), { minLength: 1, maxLength: 12 }),
        fc.constantFrom<Lane>('single', 'batched'),
        fc.array(parts, { minLength: 1, maxLength: 6 }),
        (ids, lane, all) => {
          const sent = ids.map((id, index) => messageOf(id, index));
          const lists = createPostLists(sent, lane);
          for (const one of all) {
            const view = withParts(undefined, one);
            const visible = sent.filter(
              ({ agentId = '' }) =>
                patternsMatch(one.scope, agentId) && patternsMatch(one.agents, agentId),
            );
            const list = lists.of(view === undefined ? {} : { view });
            expect(list.missingAfter(0)).toEqual(visible);
            expect(list.texts).toEqual(createPostLists(visible, lane).all.texts);
          }
        },
      ),
    );
  });

  it('are the same for all views that leave the same messages, so that each batch is made once', () => {
    const lists = createPostLists(messages, 'batched');
    const list = lists.of({ view: viewOf({ scope: ['team-a/*'] }) });
    expect(lists.of({ view: viewOf({ agents: ['team-a/1', 'team-a/2'] }) })).toBe(list);
    expect(lists.of({ view: viewOf({ scope: ['*'] }) })).toBe(lists.all);
    expect(lists.of({})).toBe(lists.all);
  });
});
