// Computes how long a fan-out takes.
import { heartbeatCeilingOf } from '#core/broadcasting/heartbeat-pace';
import { burstSeconds } from '#core/posting/pace';
import type { FunctionName } from '#lambdas/contract/setting';
import { megabytesOf, type Load } from './load';
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
  const cpuShare = cpuShareOf(load, workers === 1 ? 'broadcast' : 'deliver');
  const each = (connections * posts) / workers;
  const byPace = secondsToPost(each, { ceiling, burst: burstSeconds, cpuShare });
  return beginSeconds(load) + Math.max(byPace, (posts - 1) / postsPerSecondToOne);
}

/** The same for a heartbeat. If it is not a large fan-out, it has a lower rate, to leave capacity for events. */
export function secondsOfHeartbeat(load: Load, connections = load.connections): number {
  if (workersOf(load) > 1) return secondsToLastClient(load, connections);
  const cpuShare = cpuShareOf(load, 'heartbeat');
  const pace = { ceiling: heartbeatCeilingOf(load), burst: 0, cpuShare };
  return beginSeconds(load) + secondsToPost(connections, pace);
}

/** Seconds to list the first connections and to complete the last post. */
function beginSeconds(load: Load): number {
  return ((workersOf(load) === 1 ? 2 : 4) * callMilliseconds + postMilliseconds) / 1000;
}

/** The share of a CPU that a function has, at most 1: an invocation posts in one thread. 1769 MB are one vCPU. */
function cpuShareOf(load: Load, name: FunctionName): number {
  return Math.min(1, megabytesOf(load, name) / 1_769);
}

interface PostingPace {
  /** Posts a second. */
  readonly ceiling: number;
  /** Size of the pace's burst, in seconds of posts. */
  readonly burst: number;
  readonly cpuShare: number;
}

/** Seconds for so many posts: limited by the CPU of one function and by its pace. */
function secondsToPost(posts: number, { ceiling, burst, cpuShare }: PostingPace): number {
  return Math.max((posts * cpuMicrosPerPost) / 1e6 / cpuShare, posts / ceiling - burst);
}
