// Computes how long a fan-out takes.
import { heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { burstSeconds } from '#core/posting/pace';
import type { Load } from './load';
import { callMilliseconds, cpuMicrosPerPost, postMilliseconds, shardCount } from './measured';

/** The number of jobs that share one fan-out; 1 if it is not large. */
export function workersOf({ connections, largeFanOutConnections }: Load): number {
  return connections > largeFanOutConnections ? shardCount : 1;
}

/** The maximum rate of posts to one connection, a second: each post waits for the previous one. */
export const postsPerSecondToOne = 1000 / postMilliseconds;

/** Seconds from the start of a fan-out to its last post, if no other fan-out runs. */
export function secondsToLastClient(
  load: Load,
  connections = load.connections,
  /** Posts to each connection. */
  posts = 1,
): number {
  const workers = workersOf(load);
  const ceiling = load.maxPostsPerSecond / workers;
  const byPace = secondsToPost((connections * posts) / workers, ceiling, burstSeconds);
  return beginSeconds(load) + Math.max(byPace, (posts - 1) / postsPerSecondToOne);
}

/** The same for a heartbeat. If it is not a large fan-out, it has a lower rate, to leave capacity for events. */
export function secondsOfHeartbeat(load: Load, connections = load.connections): number {
  if (workersOf(load) > 1) return secondsToLastClient(load, connections);
  return beginSeconds(load) + secondsToPost(connections, heartbeatCeilingOf(load), 0);
}

/** Seconds to list the first connections and to complete the last post. */
function beginSeconds(load: Load): number {
  return ((workersOf(load) === 1 ? 2 : 4) * callMilliseconds + postMilliseconds) / 1000;
}

/**
 * Seconds for so many posts: limited by the CPU of one function and by its pace.
 * @param ceiling posts a second
 * @param seconds size of the pace's burst, in seconds of posts
 */
function secondsToPost(posts: number, ceiling: number, seconds: number): number {
  return Math.max((posts * cpuMicrosPerPost) / 1e6, posts / ceiling - seconds);
}
