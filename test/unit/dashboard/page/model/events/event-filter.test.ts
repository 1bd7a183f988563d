// Which events the feed shows, and which of them are news.
import { countNew, eventFilter, type FeedEvent } from '#dashboard/page/model/events/event-filter';
import { noFilter, type Filter } from '#dashboard/page/model/agents/filter';
import { feedActivity, feedStatus } from '#test/support/data/feed-events';

const agents = new Map(
  (['online', 'error'] as const).map((status) => {
    const agentId = `team/${status}`;
    return [agentId, { agentId, status, timestamp: 1 }];
  }),
);
const events: readonly FeedEvent[] = [
  feedStatus(1, 'team/error', 'online'),
  feedStatus(2, 'team/online', 'error'),
  feedActivity(3, 'team/error', 's1', 'Reads the Task'),
  feedActivity(4, 'only-sessions', 's2', 'Writes'),
];
const idsFor = (filter: Partial<Filter>) =>
  events
    .filter(eventFilter(agents, { ...noFilter, ...filter }) ?? (() => true))
    .map(({ id }) => id);

it('checks nothing without a filter', () => {
  expect(eventFilter(agents, { ...noFilter, text: ' ' })).toBeUndefined();
});

it.each([
  [{ status: 'error' }, [1, 3]],
  [{ status: 'online' }, [2]],
  [{ status: 'unknown' }, [4]],
  [{ status: 'offline' }, []],
  [{ text: 'task READS' }, [3]],
  [{ text: 's2' }, [4]],
  [{ text: 'team error' }, [1, 3]],
  [{ text: 'online', status: 'error' }, []],
  [{ group: 'team/' }, [1, 2, 3]],
  [{ group: '' }, [4]],
] as const)(
  'matches with %j the events %j, by the present status of their agents',
  (filter, ids) => {
    expect(idsFor(filter)).toEqual(ids);
  },
);

it('follows the status of an agent', () => {
  const current = new Map(agents);
  const isShown = eventFilter(current, { ...noFilter, status: 'error' });
  current.set('team/online', { agentId: 'team/online', status: 'error', timestamp: 2 });
  expect(events.filter((event) => isShown?.(event)).map(({ id }) => id)).toEqual([1, 2, 3]);
});

it('counts as new what came later than all that is held, in any order, without what was restored', () => {
  const held = [feedStatus(7, 'b', 'online', 900), feedStatus(5, 'a', 'online', 800)];
  const later = [feedStatus(8, 'a', 'error', 1), feedStatus(9, 'c', 'error', 2, 'snapshot')];
  const late = feedStatus(6, 'd', 'online', 850);
  expect(countNew([...held, late, ...later], held)).toBe(1);
  expect(countNew(later, [])).toBe(1);
});
