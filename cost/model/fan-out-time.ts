// How long a fan-out takes, and how long the functions that send it run.
import { heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { burstSeconds } from '#core/posting/pace';
import type { Load } from './load';
import { callMilliseconds, cpuMicrosPerPost, postMilliseconds, shardCount } from './measured';

/** The number of jobs that share one fan-out; 1 if it is not large. */
export function workersOf({ connections, largeFanOutConnections }: Load): number {
  return connections > largeFanOutConnections ? shardCount : 1;
}

/** The most posts a second to one connection, which gets one message after the other. */
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

/** The same for a heartbeat, which leaves capacity for an event if one function sends it. */
export function secondsOfHeartbeat(load: Load, connections = load.connections): number {
  if (workersOf(load) > 1) return secondsToLastClient(load, connections);
  return beginSeconds(load) + secondsToPost(connections, heartbeatCeilingOf(load), 0);
}

function beginSeconds(load: Load): number {
  return ((workersOf(load) === 1 ? 2 : 4) * callMilliseconds + postMilliseconds) / 1000;
}

/** The time that a token bucket and the CPU of one function allow; the bucket is full at the beginning. */
function secondsToPost(posts: number, ceiling: number, seconds: number): number {
  return Math.max((posts * cpuMicrosPerPost) / 1e6, posts / ceiling - seconds);
}
