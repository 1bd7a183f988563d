// How long one frame to everybody takes, and what the functions that send it are paid for.
import type { Load } from './load';
import { callMilliseconds, cpuMicrosPerFrame, postMilliseconds, shardCount } from './measured';

/** Workers that share one fan-out. */
export function workersOf({ connections, largeFanOutConnections }: Load): number {
  return connections > largeFanOutConnections ? shardCount : 1;
}

/** Posts a second of one worker: what pace and CPU allow. */
export function postsPerSecondOf(load: Load): number {
  return Math.min(load.maxPostsPerSecond / workersOf(load), 1e6 / cpuMicrosPerFrame);
}

/** Seconds from the beginning of a fan-out to its last frame, while nobody else is posting. */
export function secondsToLastClient(load: Load, connections = load.connections): number {
  const workers = workersOf(load);
  const begin = (workers === 1 ? 2 : 4) * callMilliseconds + postMilliseconds;
  return begin / 1000 + connections / (workers * postsPerSecondOf(load));
}
