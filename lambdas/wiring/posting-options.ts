// How messages are posted fast: the poster, its pace, and how many are in flight.
import type { PostingOptions } from '#core/posting/posting';
import { createPace } from '#core/posting/pace';
import type { ConnectionDependencies } from './connection-dependencies';
import { systemTimers } from './system-timers';
import { createUndiciPoster } from '#adapters/api-gateway/undici-poster';

/**
 * Posts in flight, and sockets, at the most: as many as a worker's CPU keeps busy in a burst, when a post takes 12 ms
 * (cost/model/measured.ts). At the ceiling it is the pace that limits them.
 */
const concurrency = 160;

/** @param ceiling posts a second at the most */
export function createPostingOptions(
  environment: NodeJS.ProcessEnv,
  { callbackUrl, managementApi, now, log }: ConnectionDependencies,
  ceiling: number,
): PostingOptions {
  const poster = createUndiciPoster({
    callbackUrl,
    region: environment['AWS_REGION'] ?? '',
    credentials: () => managementApi.config.credentials(),
    now,
    log,
    // Each lane has as many posts in flight.
    sockets: 2 * concurrency,
  });
  return {
    poster,
    pace: createPace({ now, ceiling }),
    now,
    timers: systemTimers,
    random: Math.random,
    concurrency,
    maxAttempts: 5,
    maxStuckAttempts: 2,
  };
}
