// What a flush is to connections with batches, and to those that get the documented messages one by one.
import { secondsToLastClient } from './fan-out-time';
import { packsPerSecond, type Load } from './load';
import { batchBytes } from './measured';
import { averageOverPoisson } from './poisson';

/** What a flush is to each connection of one kind, on average. */
export interface Lane {
  readonly connections: number;
  readonly messages: number;
  readonly posts: number;
  /** Bytes of all its posts. */
  readonly bytes: number;
}

export interface Lanes {
  /** Connections with batches. */
  readonly batched: Lane;
  /** Connections without. */
  readonly single: Lane;
}

/** What has come in so many seconds, as a flush. */
export function lanesOf(load: Load, connections: number, seconds: number): Lanes {
  const documented = connections * load.documentedShare;
  return {
    batched: laneOf(load, connections - documented, seconds, messagesPerPostOf(load)),
    single: laneOf(load, documented, seconds, 1),
  };
}

/** Messages that fit into a batch of 32 KB. */
function messagesPerPostOf({ frameBytes }: Load): number {
  const { most, envelope, comma } = batchBytes;
  return Math.max(1, Math.floor((most - envelope) / (frameBytes + comma)));
}

/**
 * What has come in an interval, to each of these connections. If that is more than the pace allows in
 * `coalesceMilliseconds`, superseded messages are left out: at least one for each agent and each session stays.
 */
function laneOf(load: Load, connections: number, seconds: number, messagesPerPost: number): Lane {
  if (connections === 0) return { connections, messages: 0, posts: 0, bytes: 0 };
  const { frameBytes, agents, sessions, eventsPerPack, maxPostsPerSecond } = load;
  const shortest = Number(load.coalesceMilliseconds) / 1000;
  const room = Math.max(1, Math.floor((maxPostsPerSecond * shortest) / connections));
  const most = Math.max(room * messagesPerPost, agents + sessions);
  const average = (of: (messages: number) => number) =>
    averageOverPoisson(packsPerSecond(load) * seconds, (packs) =>
      // After an interval in which nothing came, the next one goes alone.
      of(Math.min(most, Math.max(1, packs) * eventsPerPack)),
    );
  const postsOf = (messages: number) => Math.ceil(messages / messagesPerPost);
  const { envelope, comma } = batchBytes;
  const isBatched = messagesPerPost > 1;
  const around = (messages: number) =>
    isBatched && messages > 1 ? envelope * postsOf(messages) + comma * messages : 0;
  return {
    connections,
    messages: average((messages) => messages),
    posts: average(postsOf),
    bytes: average((messages) => messages * frameBytes + around(messages)),
  };
}

/** How long a flush takes, in seconds: neither kind of connection waits for the other, but the lease is held for both. */
export function secondsOfFlush(load: Load, lanes: Lanes): number {
  return slowest(lanes, (posts) => secondsToLastClient(load, posts));
}

/** Seconds from the beginning of one flush to the next that the pace needs in the long run. */
export function secondsOfPace({ maxPostsPerSecond }: Load, lanes: Lanes): number {
  return slowest(lanes, (posts) => posts / maxPostsPerSecond);
}

function slowest({ batched, single }: Lanes, secondsFor: (posts: number) => number): number {
  return Math.max(
    ...[batched, single].map(({ connections, posts }) => secondsFor(connections * posts)),
  );
}
