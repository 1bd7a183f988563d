// Computes the flushes of the two lanes: connections with batches, and connections without.
import { postsPerSecondToOne, secondsToLastClient } from './fan-out-time';
import { packsPerSecond, type Load } from './load';
import { batchBytes } from './measured';
import { averageOverPoisson } from './poisson';

/** What an average flush sends to one connection of a lane. */
interface Content {
  /** Connections of the lane. */
  readonly connections: number;
  /** All messages of the flush, of which a connection may get only a share. */
  readonly messages: number;
  readonly posts: number;
  /** Bytes of all its posts to one connection. */
  readonly bytes: number;
}

/** The flushes of a lane. Each lane has its own pace. */
export interface Lane extends Content {
  readonly flushesPerSecond: number;
  /** Time from the start of a flush to the start of the next one while events arrive, in seconds. */
  readonly intervalSeconds: number;
  /** Time from the start of a flush to its last post, in seconds. */
  readonly flushSeconds: number;
  /** The share of events that these connections do not get, because they were superseded. */
  readonly leftOut: number;
}

export interface Lanes {
  /** Connections with batches. */
  readonly batched: Lane;
  /** Connections without batches. */
  readonly single: Lane;
}

/** Limits the iterations for loads so close to the pace that the interval converges slowly. */
const maxRounds = 1_000;

/** The least share of the pace that connections without batches get if the others need all of it. Taken from the simulation. */
const leastShareOfPace = 0.04;

/**
 * The flushes of both lanes. Connections with batches do not wait for the others. The others take part in a flush if their
 * previous one has ended, and use the rest of the pace.
 */
export function lanesOf(load: Load, connections: number): Lanes {
  const documented = connections * load.documentedShare;
  const shortest = Number(load.coalesceMilliseconds) / 1000;
  const batched = laneOf(load, connections - documented, messagesPerPostOf(load), (needed) =>
    Math.max(shortest, needed),
  );
  const { intervalSeconds: step, flushesPerSecond, posts } = batched;
  const taken = flushesPerSecond * batched.connections * posts;
  const left = Math.max(load.maxPostsPerSecond - taken, load.maxPostsPerSecond * leastShareOfPace);
  const joins = batched.connections > 0 && step > 0;
  const single = laneOf({ ...load, maxPostsPerSecond: left }, documented, 1, (needed) =>
    joins ? step * Math.max(1, Math.ceil(needed / step - 1e-6)) : Math.max(shortest, needed),
  );
  return { batched, single };
}

/** Average number of arrivals from one flush to the next. Does not divide by the rate, which may be 0. */
export function arrivalsPerFlush(arrivals: number, intervalSeconds: number): number {
  return arrivals * intervalSeconds + Math.exp(-arrivals * intervalSeconds);
}

/**
 * The flushes of one lane: increases the interval until a flush fits into it.
 * @param messagesPerPost messages that fit into one post
 * @param intervalOf the interval in seconds, for a flush that needs so many seconds
 */
function laneOf(
  load: Load,
  connections: number,
  messagesPerPost: number,
  intervalOf: (neededSeconds: number) => number,
): Lane {
  const { eventsPerSecond, maxPostsPerSecond } = load;
  let intervalSeconds = intervalOf(0);
  for (let round = 0; ; round += 1) {
    const content = contentOf(load, connections, intervalSeconds, messagesPerPost);
    const { messages, posts } = content;
    const flushSeconds = secondsToLastClient(load, connections, posts);
    // A flush may begin with a burst, but the average rate of posts is limited by the pace.
    const needed = Math.max(flushSeconds, (connections * posts) / maxPostsPerSecond);
    if (connections === 0 || needed <= intervalSeconds * (1 + 1e-6) || round === maxRounds) {
      const arrivals = packsPerSecond(load);
      const flushesPerSecond = arrivals / arrivalsPerFlush(arrivals, intervalSeconds);
      const gets = eventsPerSecond === 0 ? 1 : (flushesPerSecond * messages) / eventsPerSecond;
      const leftOut = connections === 0 ? 0 : Math.max(0, 1 - gets);
      return { ...content, flushesPerSecond, intervalSeconds, flushSeconds, leftOut };
    }
    // While a longer flush runs, more events are collected for the next one, until superseded messages are left out.
    intervalSeconds = intervalOf(needed);
  }
}

/** The number of messages that fit into a batch of 32 KB. */
function messagesPerPostOf({ messageBytes }: Load): number {
  const { most, envelope, comma } = batchBytes;
  return Math.max(1, Math.floor((most - envelope) / (messageBytes + comma)));
}

/**
 * What a flush sends to each connection: the events of an interval. Superseded messages are left out if these events need more
 * posts than the pace allows in `coalesceMilliseconds`, or more than one connection can get in that time. At least one message
 * for each agent and each session remains.
 * @param seconds length of the interval
 */
function contentOf(
  load: Load,
  connections: number,
  seconds: number,
  messagesPerPost: number,
): Content {
  if (connections === 0) return { connections, messages: 0, posts: 0, bytes: 0 };
  const { messageBytes, agents, sessions, eventsPerPack, maxPostsPerSecond, watchedShare } = load;
  const shortest = Number(load.coalesceMilliseconds) / 1000;
  const toEach = Math.min(maxPostsPerSecond / connections, postsPerSecondToOne);
  const room = Math.max(1, Math.floor(toEach * shortest));
  const most = Math.max(room * messagesPerPost, agents + sessions);
  const average = (of: (messages: number) => number) =>
    averageOverPoisson(packsPerSecond(load) * seconds, (packs) =>
      // If nothing arrived during the interval, the flush sends the next arrival alone.
      of(Math.min(most, Math.max(1, packs) * eventsPerPack)),
    );
  const { envelope, comma } = batchBytes;
  const isBatched = messagesPerPost > 1;
  // Agents are assumed to report equally often. A connection gets no post of a flush without any of the agents it watches.
  const getsAny = (messages: number) => 1 - (1 - watchedShare) ** messages;
  const seen = (messages: number) => messages * watchedShare;
  const postsOf = (messages: number) =>
    isBatched ? getsAny(messages) * Math.ceil(seen(messages) / messagesPerPost) : seen(messages);
  const around = (messages: number) =>
    isBatched && seen(messages) > 1 ? envelope * postsOf(messages) + comma * seen(messages) : 0;
  return {
    connections,
    messages: average((messages) => messages),
    posts: average(postsOf),
    bytes: average((messages) => seen(messages) * messageBytes + around(messages)),
  };
}
