// Announcements for screen readers: important changes only, and not too often.
import {
  announce,
  announcementGapMilliseconds,
  describeChange,
} from '#dashboard/page/model/announcements';
import type { BoardView } from '#dashboard/page/model/board';
import { FakeTime } from '../../../support/client/client-harness';
import { agentOf } from '../../../support/data/agent-entries';

const viewOf = (
  state: BoardView['connection']['state'],
  agents: BoardView['agents'] = [],
): BoardView => ({
  agents,
  feed: [],
  events: 0,
  staleSince: undefined,
  connection: {
    state,
    attempt: 1,
    retryInMs: 3_000,
    code: 1006,
    reason: undefined,
    since: 0,
    isSynced: true,
  },
});

const failing = (...names: string[]) => names.map((name) => agentOf(name, 'error'));

function createHarness() {
  const time = new FakeTime();
  let view = viewOf('idle');
  let changed: () => void = () => undefined;
  const announced: string[] = [];
  const board = {
    read: () => view,
    subscribe: (listener: () => void) => {
      changed = listener;
      return () => undefined;
    },
  };
  announce(board, {
    say: (text) => announced.push(text),
    now: time.now,
    setTimeout: (due, delayMilliseconds) => time.setTimeout(due, delayMilliseconds),
  });
  const show = (next: BoardView) => {
    view = next;
    changed();
  };
  return { time, announced, show };
}

it('announces agents that report an error by name, or by number if there are more than three', () => {
  const before = viewOf('connected', failing('a'));
  const announcedFor = (...names: string[]) =>
    describeChange(before, viewOf('connected', failing(...names)));
  expect(announcedFor('a')).toBe('');
  expect(announcedFor('a', 'b')).toBe('b reports an error.');
  expect(announcedFor('b', 'c', 'd')).toBe('b, c, d report an error.');
  expect(announcedFor('b', 'c', 'd', 'e')).toBe('4 agents report an error.');
});

it('announces the state of the connection without the countdown', () => {
  const text = describeChange(viewOf('connected'), viewOf('waiting'));
  expect(text).toBe('Waiting. The server cannot be reached.');
});

it('announces the first change at once, and later ones together, without those that were reverted', async () => {
  const { time, announced, show } = createHarness();
  show(viewOf('connected', failing('a')));
  expect(announced).toEqual(['Connected. a reports an error.']);
  show(viewOf('connected', failing('a', 'b')));
  show(viewOf('connected', failing('a', 'b', 'c')));
  show(viewOf('connected', failing('a', 'c')));
  expect(announced).toHaveLength(1);
  await time.pass(announcementGapMilliseconds);
  expect(announced.slice(1)).toEqual(['c reports an error.']);
});

it('announces repeated failed attempts once', async () => {
  const { time, announced, show } = createHarness();
  show(viewOf('waiting'));
  for (const state of ['connecting', 'waiting', 'connecting', 'waiting'] as const) {
    await time.pass(announcementGapMilliseconds);
    show(viewOf(state));
  }
  await time.pass(announcementGapMilliseconds);
  expect(announced).toEqual(['Waiting. The server cannot be reached.']);
});
