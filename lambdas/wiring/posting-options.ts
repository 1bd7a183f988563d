// Creates the options of posting: the poster, its pace, and the maximum of posts in flight.
import type { PostingOptions } from '#core/posting/posting';
import { createPace } from '#core/posting/pace';
import type { ConnectionDependencies } from './connection-dependencies';
import { systemTimers } from './system-timers';
import { createSocketPoster } from '#adapters/api-gateway/socket-poster';
import { defaultProvider } from '#adapters/credentials/environment-credentials';

/**
 * Maximum posts in flight of one lane: as many as a function's CPU can keep busy in a burst, if a post takes 12 ms
 * (cost/model/measured.ts). At the ceiling, the pace is the limit.
 */
const concurrency = 160;

/** @param ceiling maximum posts per second */
export function createPostingOptions(
  environment: NodeJS.ProcessEnv,
  { callbackUrl, now, log }: ConnectionDependencies,
  ceiling: number,
): PostingOptions {
  const poster = createSocketPoster({
    callbackUrl,
    region: environment['AWS_REGION'] ?? '',
    credentials: defaultProvider(),
    now,
    log,
    // Each of the two lanes may have this many posts in flight.
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
