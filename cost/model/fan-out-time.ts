// How long one message to everybody takes, and what the functions that send it are paid for.
import { heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { burstSeconds } from '#core/posting/pace';
import type { Load } from './load';
import { callMilliseconds, cpuMicrosPerPost, postMilliseconds, shardCount } from './measured';

/** Workers that share one fan-out. */
export function workersOf({ connections, largeFanOutConnections }: Load): number {
  return connections > largeFanOutConnections ? shardCount : 1;
}

/** Posts to one connection a second at the most, whatever the pace: it is posted to one message after the other. */
export const postsPerSecondToOne = 1000 / postMilliseconds;

/** Seconds from the beginning of a fan-out to its last message, while nobody else is posting. */
export function secondsToLastClient(
  load: Load,
  connections = load.connections,
  /** To each connection. */
  posts = 1,
): number {
  const workers = workersOf(load);
  const ceiling = load.maxPostsPerSecond / workers;
  const byPace = secondsToPost((connections * posts) / workers, ceiling, burstSeconds);
  return beginSeconds(load) + Math.max(byPace, (posts - 1) / postsPerSecondToOne);
}

/** The same of a heartbeat, which leaves room for an event if one worker sends it. */
export function secondsOfHeartbeat(load: Load, connections = load.connections): number {
  if (workersOf(load) > 1) return secondsToLastClient(load, connections);
  return beginSeconds(load) + secondsToPost(connections, heartbeatCeilingOf(load), 0);
}

function beginSeconds(load: Load): number {
  return ((workersOf(load) === 1 ? 2 : 4) * callMilliseconds + postMilliseconds) / 1000;
}

/** What a bucket and the CPU of one worker allow; the bucket is full at the beginning. */
function secondsToPost(posts: number, ceiling: number, seconds: number): number {
  return Math.max((posts * cpuMicrosPerPost) / 1e6, posts / ceiling - seconds);
}
