// The variant `fast`: the fan-out of the service, wired as in lambdas/wiring/fan-out-dependencies.ts.
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { defaultProvider } from '#adapters/credentials/environment-credentials';
import { systemTimers } from '#wiring/system-timers';
import { createTable } from '#wiring/table';
import { createSocketPoster } from '#adapters/api-gateway/socket-poster';
import { readOutgoing } from '#core/fan-out/outgoing-message';
import { createFanOut } from '#core/fan-out/fan-out';
import { createPace } from '#core/posting/pace';
import type { Log } from '#core/log';
import { tableNameOf } from '../connections';
import { concurrency, type Send, type Surroundings } from './variant';

/** Time until the deadline of a run. It is never reached. */
const allowedMilliseconds = 60 * 60 * 1000;

export function createFast(surroundings: Surroundings): Send {
  const { callbackUrl, region, maxPostsPerSecond, watching } = surroundings;
  const now = Date.now;
  const table = createTable(process.env);
  const poster = createSocketPoster({
    callbackUrl,
    region,
    credentials: defaultProvider(),
    now,
    log,
    sockets: concurrency,
  });
  // By default there is practically no limit, because the sink has no quota.
  const pace = createPace({ now, ceiling: maxPostsPerSecond ?? 1_000_000 });
  const queue = {
    send: () =>
      maxPostsPerSecond === undefined
        ? Promise.reject(new Error('nothing may be left over in a measurement'))
        : Promise.resolve(),
  };

  return async (message, count) => {
    const fanOut = createFanOut({
      connections: createDynamoConnectionStore(table, tableNameOf(count, watching)),
      queue,
      poster,
      pace,
      now,
      timers: systemTimers,
      random: Math.random,
      concurrency,
      maxAttempts: 5,
      maxStuckAttempts: 2,
      log,
    });
    const deadline = now() + allowedMilliseconds;
    const { delivered } = await fanOut({
      ...{ messages: [readOutgoing(message)], deadline, requeue: true },
    });
    return delivered;
  };
}

const complain = (message: string, fields?: object) => {
  console.error(message, fields);
};
const log: Log = { info: () => undefined, warn: complain, error: complain };
