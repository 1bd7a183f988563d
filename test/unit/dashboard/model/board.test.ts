// The board: it collects any number of events, and updates its view when the page is ready.
import { createBoard } from '#dashboard/page/model/board';
import { feedLength } from '#dashboard/page/model/feed';
import { ClientHarness } from '../../../support/client/client-harness';

function createHarness() {
  const harness = new ClientHarness();
  const due: (() => void)[] = [];
  const board = createBoard(harness.client, (callBack) => due.push(callBack), harness.time.now);
  let changes = 0;
  board.subscribe(() => (changes += 1));
  return {
    harness,
    board,
    changes: () => changes,
    waiting: () => due.length,
    /** Runs the callbacks, as the page does before it renders. */
    frame: () => {
      for (const callBack of due.splice(0)) callBack();
    },
  };
}

/** @param index milliseconds that are added to the current time */
const report = ({ socket, time }: ClientHarness, agentId: string, index: number) => {
  socket.receive('agent:status', { agentId, status: 'online', timestamp: time.now() + index });
};

it('notifies once for 1,000 messages', async () => {
  const { harness, board, changes, waiting, frame } = createHarness();
  await harness.connect();
  frame();
  const before = changes();
  const view = board.read();
  for (let index = 0; index < 1_000; index += 1) report(harness, `agent-${index % 10}`, index);
  expect([changes(), waiting(), board.read()]).toEqual([before, 1, view]);
  frame();
  expect(changes()).toBe(before + 1);
  const now = harness.time.now();
  expect(board.read().agents.map(({ since = 0 }) => since - now)).toEqual([
    990, 991, 992, 993, 994, 995, 996, 997, 998, 999,
  ]);
  expect(board.read()).toMatchObject({ events: 1_000 });
});

it('returns the same agents and feed if only the connection changes', async () => {
  const { harness, board, frame } = createHarness();
  await harness.connect();
  report(harness, 'agent-1', 1);
  frame();
  const { agents, feed } = board.read();
  harness.socket.drop();
  frame();
  expect(board.read().agents).toBe(agents);
  expect(board.read().feed).toBe(feed);
  expect(board.read().connection.state).toBe('waiting');
});

it('keeps at most as many events as the feed can show, while the page does not render', async () => {
  const { harness, board, frame } = createHarness();
  await harness.connect();
  const all = feedLength * 50;
  for (let index = 1; index <= all; index += 1) report(harness, 'agent-1', index);
  frame();
  const { feed, events } = board.read();
  const newest = (feed[0]?.event.timestamp ?? 0) - harness.time.now();
  expect([feed.length, newest, events]).toEqual([feedLength, all, all]);
});

it('returns the time of the data while it is not connected', async () => {
  const { harness, board, frame } = createHarness();
  frame();
  expect(board.read().staleSince).toBeUndefined();
  await harness.connect();
  frame();
  expect(board.read()).toMatchObject({ connection: { state: 'connected' }, staleSince: undefined });
  const lostAt = harness.time.now();
  harness.socket.drop();
  await harness.nextAttempt();
  harness.socket.drop();
  await harness.time.pass(100);
  frame();
  expect(board.read().staleSince).toBe(lostAt);
  await harness.nextAttempt();
  await harness.accept();
  frame();
  expect(board.read().staleSince).toBeUndefined();
});

it('forgets agents, their sessions and their events when the user may no longer see them', async () => {
  const { harness, board, frame } = createHarness();
  await harness.connect();
  for (const agentId of ['a/1', 'a/2', 'b/1']) report(harness, agentId, 1);
  frame();
  // In the feed, but not yet rendered.
  report(harness, 'b/1', 2);
  harness.socket.receive('subscribed', { agents: ['a/*'] });
  report(harness, 'b/1', 3);
  report(harness, 'a/3', 3);
  frame();
  const { agents, feed, connection } = board.read();
  expect(agents.map(({ agentId }) => agentId)).toEqual(['a/1', 'a/2', 'a/3']);
  expect(new Set(feed.map(({ event }) => event.agentId))).toEqual(new Set(['a/1', 'a/2', 'a/3']));
  expect(connection.visibleAgents).toEqual(['a/*']);
  harness.socket.receive('subscribed', { agents: [] });
  frame();
  expect([board.read().agents, board.read().feed]).toEqual([[], []]);
});
