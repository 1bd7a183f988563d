// The feed: order, numbers, and its end.
import { addToFeed, feedLength, type FeedEntry } from '#dashboard/page/model/feed';
import { statusOf } from '../../../support/data/agent-entries';

const timesOf = (feed: readonly FeedEntry[]) => feed.map(({ event }) => event.timestamp);

it('the newest is on top; what came together is put into its order', () => {
  const first = addToFeed([], [statusOf('a', 'online', 3), statusOf('b', 'online', 1)]);
  expect(timesOf(first)).toEqual([3, 1]);
  // What comes late is news nevertheless.
  expect(timesOf(addToFeed(first, [statusOf('c', 'error', 2)]))).toEqual([2, 3, 1]);
});

it('every entry has a number of its own, greater than those before it', () => {
  const first = addToFeed([], [statusOf('a', 'online', 1), statusOf('a', 'error', 2)]);
  const feed = addToFeed(first, [statusOf('a', 'online', 3)]);
  expect(feed.map(({ number }) => number)).toEqual([3, 2, 1]);
  expect(feed[1]).toBe(first[0]);
});

it('it ends somewhere, and keeps the newest', () => {
  const events = Array.from({ length: feedLength * 3 }, (_, at) => statusOf('a', 'online', at));
  const feed = addToFeed(addToFeed([], events), [statusOf('b', 'online', 1)]);
  expect(feed).toHaveLength(feedLength);
  expect(timesOf(feed).slice(0, 2)).toEqual([1, feedLength * 3 - 1]);
});

it('without news it stays the same', () => {
  const feed = addToFeed([], [statusOf('a', 'online', 1)]);
  expect(addToFeed(feed, [])).toBe(feed);
});
