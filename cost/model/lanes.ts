// The flushes of the two lanes: connections with batches, and those that get the documented messages one by one.
import { postsPerSecondToOne, secondsToLastClient } from './fan-out-time';
import { packsPerSecond, type Load } from './load';
import { batchBytes } from './measured';
import { averageOverPoisson } from './poisson';

/** An average flush to one connection of a lane. */
interface Content {
  readonly connections: number;
  readonly messages: number;
  readonly posts: number;
  /** Bytes of all its posts. */
  readonly bytes: number;
}

/** The flushes of a lane. Each lane has its own pace. */
export interface Lane extends Content {
  readonly flushesPerSecond: number;
  /** From the beginning of a flush to the beginning of the next while events come, in seconds. */
  readonly intervalSeconds: number;
  /** From the beginning of a flush to its last post, in seconds. */
  readonly flushSeconds: number;
  /** The share of events that these connections do not get, as a newer value of the register has superseded them. */
  readonly leftOut: number;
}

export interface Lanes {
  /** Connections with batches. */
  readonly batched: Lane;
  /** Connections without. */
  readonly single: Lane;
}

/** Of a load so close to what the pace allows that flushes hardly stop growing. */
const maxRounds = 1_000;

/** Of the pace, what connections without batches get at the least where the others take all of it: as in the simulation. */
const leastShareOfPace = 0.04;

/**
 * Connections with batches do not wait for the others, which join a flush when theirs has ended, and take what is left of
 * the pace.
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

/** Arrivals from one flush to the next: nothing is divided by their rate, which may be 0. */
export function arrivalsPerFlush(arrivals: number, intervalSeconds: number): number {
  return arrivals * intervalSeconds + Math.exp(-arrivals * intervalSeconds);
}

/** @param intervalOf when the next flush begins if one needs so many seconds */
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
    // The pace, in the long run.
    const needed = Math.max(flushSeconds, (connections * posts) / maxPostsPerSecond);
    if (connections === 0 || needed <= intervalSeconds * (1 + 1e-6) || round === maxRounds) {
      const arrivals = packsPerSecond(load);
      const flushesPerSecond = arrivals / arrivalsPerFlush(arrivals, intervalSeconds);
      const gets = eventsPerSecond === 0 ? 1 : (flushesPerSecond * messages) / eventsPerSecond;
      const leftOut = connections === 0 ? 0 : Math.max(0, 1 - gets);
      return { ...content, flushesPerSecond, intervalSeconds, flushSeconds, leftOut };
    }
    // One that takes longer than the interval collects more for the next, until superseded messages are left out.
    intervalSeconds = intervalOf(needed);
  }
}

/** The number of messages that fit into a batch of 32 KB. */
function messagesPerPostOf({ messageBytes }: Load): number {
  const { most, envelope, comma } = batchBytes;
  return Math.max(1, Math.floor((most - envelope) / (messageBytes + comma)));
}

/**
 * What has come in an interval, to each of these connections. If that is more than the pace allows in
 * `coalesceMilliseconds`, or more than one connection takes, one post after the other, superseded messages are left out: at
 * least one for each agent and each session stays.
 */
function contentOf(
  load: Load,
  connections: number,
  seconds: number,
  messagesPerPost: number,
): Content {
  if (connections === 0) return { connections, messages: 0, posts: 0, bytes: 0 };
  const { messageBytes, agents, sessions, eventsPerPack, maxPostsPerSecond } = load;
  const shortest = Number(load.coalesceMilliseconds) / 1000;
  const toEach = Math.min(maxPostsPerSecond / connections, postsPerSecondToOne);
  const room = Math.max(1, Math.floor(toEach * shortest));
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
    bytes: average((messages) => messages * messageBytes + around(messages)),
  };
}
