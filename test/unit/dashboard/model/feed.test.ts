// The feed: order, numbers, and maximum length.
import { addToFeed, feedLength, type FeedEntry } from '#dashboard/page/model/feed';
import { statusOf } from '../../../support/data/agent-entries';

const timesOf = (feed: readonly FeedEntry[]) => feed.map(({ event }) => event.timestamp);

it('sorts events that are added together, and puts them before the others', () => {
  const first = addToFeed([], [statusOf('a', 'online', 3), statusOf('b', 'online', 1)]);
  expect(timesOf(first)).toEqual([3, 1]);
  // An event with an older timestamp is also put first.
  expect(timesOf(addToFeed(first, [statusOf('c', 'error', 2)]))).toEqual([2, 3, 1]);
});

it('gives every new entry a greater number than those before it', () => {
  const first = addToFeed([], [statusOf('a', 'online', 1), statusOf('a', 'error', 2)]);
  const feed = addToFeed(first, [statusOf('a', 'online', 3)]);
  expect(feed.map(({ number }) => number)).toEqual([3, 2, 1]);
  expect(feed[1]).toBe(first[0]);
});

it('keeps the newest entries up to its maximum length', () => {
  const events = Array.from({ length: feedLength * 3 }, (_, at) => statusOf('a', 'online', at));
  const feed = addToFeed(addToFeed([], events), [statusOf('b', 'online', 1)]);
  expect(feed).toHaveLength(feedLength);
  expect(timesOf(feed).slice(0, 2)).toEqual([1, feedLength * 3 - 1]);
});

it('returns the same feed if there are no new events', () => {
  const feed = addToFeed([], [statusOf('a', 'online', 1)]);
  expect(addToFeed(feed, [])).toBe(feed);
});
