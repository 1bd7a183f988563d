// The dependencies of the three functions that fan out: broadcast, deliver and heartbeat.
import { randomUUID } from 'node:crypto';
import { createCoalescer } from '#core/coalescing/coalescer';
import { createFlush } from '#core/coalescing/flush/flush';
import { createFanOut } from '#core/fan-out/fan-out';
import { createHeartbeatPace } from '#core/broadcasting/heartbeat-pace';
import { InFlightLimit } from '#core/posting/in-flight-limit';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import { createPace } from '#core/posting/pace';
import { createRecentFanOuts, noRecentFanOuts } from '#core/fan-out/recent-fan-outs';
import { createReportFanOut } from '#core/fan-out/report-fan-out';
import { createSendHeartbeat } from '#core/broadcasting/send-heartbeat';
import { shardCount } from '#core/shard';
import { createConnectionDependencies } from './connection-dependencies';
import { createPostingOptions } from './posting-options';
import { createDynamoConnectionCountStore } from '#adapters/dynamodb/dynamo-connection-count-store';
import { createDynamoFanOutLease } from '#adapters/dynamodb/dynamo-fan-out-lease';
import { createDynamoPendingStore } from '#adapters/dynamodb/dynamo-pending-store';
import { createDynamoRecentFanOutStore } from '#adapters/dynamodb/dynamo-recent-fan-out-store';
import { createEmfConnectionCount, createEmfMetrics } from '#adapters/observability/emf-metrics';
import { readSettings } from './environment';
import { createSqsRetryQueue, createSqsHandOver } from '#adapters/sqs/sqs-retry-queue';
import { createQueues } from './queues';
import { systemTimers } from './system-timers';
import { createTable } from './table';

const names = [
  'coalesceMilliseconds',
  'retryQueueUrl',
  'largeFanOutConnections',
  'heartbeat',
  'heartbeatSeconds',
  'maxPostsPerSecond',
] as const;

/** @throws a ConfigurationError that lists all faults of the environment */
export function createFanOutDependencies(environment: NodeJS.ProcessEnv, functionName: string) {
  const settings = readSettings(environment, names);
  const { retryQueueUrl, coalesceMilliseconds, heartbeatSeconds } = settings;
  const { largeFanOutConnections, maxPostsPerSecond } = settings;
  const table = createTable(environment, { maxAttempts: 4 });
  const dependencies = createConnectionDependencies(environment, functionName, table);
  const { log, now, stage, tableName } = dependencies;
  const queues = createQueues(environment);
  const connectionCounts = createDynamoConnectionCountStore(table, tableName);
  const queue = createSqsRetryQueue(queues, retryQueueUrl, Math.random);
  // The jobs of a large fan-out share the maximum rate. If each used all of it, API Gateway would throttle most posts.
  const isShared = functionName === 'deliver';
  const share = Math.max(10, Math.floor(maxPostsPerSecond / shardCount));
  const delivery = createPostingOptions(
    environment,
    dependencies,
    isShared ? share : maxPostsPerSecond,
  );
  const singleInFlight = new InFlightLimit(delivery.concurrency);
  const fanOut = createFanOut({ ...dependencies, ...delivery, queue, singleInFlight });
  const report = createReportFanOut({ log, metrics: createEmfMetrics(stage), now });
  const recentFanOuts =
    settings.heartbeat === 'always'
      ? noRecentFanOuts
      : createRecentFanOuts({
          store: createDynamoRecentFanOutStore(table, tableName),
          ...{ now, log, heartbeatSeconds },
        });
  const pace = isShared ? delivery.pace : createHeartbeatPace({ ...settings, now });
  const sendHeartbeat = createSendHeartbeat({
    ...{ ...dependencies, connectionCounts, recentFanOuts, report, heartbeatSeconds },
    fanOut: createFanOut({ ...dependencies, ...delivery, pace, queue }),
  });
  const largeFanOut = createLargeFanOut({
    ...{ connectionCounts, queue, now, log },
    threshold: largeFanOutConnections,
  });
  const coalescer = createCoalescer({
    lease: createDynamoFanOutLease(table, tableName),
    pending: createDynamoPendingStore(table, tableName, log),
    flush: createFlush({
      ...{
        ...dependencies,
        ...delivery,
        queue,
        singleInFlight,
        connectionCounts,
        recentFanOuts,
        report,
      },
      ...{ largeFanOutConnections, coalesceMilliseconds },
      // Only the lease holder flushes, whichever function it is, so it can use the maximum rate.
      pace: isShared ? createPace({ now, ceiling: maxPostsPerSecond }) : delivery.pace,
    }),
    handOver: createSqsHandOver(queues, retryQueueUrl),
    createId: randomUUID,
    ...{ coalesceMilliseconds, now, log, timers: systemTimers },
  });
  const drawConnectionCount = createEmfConnectionCount(stage);
  return {
    ...{ ...dependencies, queues, connectionCounts, drawConnectionCount },
    ...{ fanOut, largeFanOut, sendHeartbeat, coalescer, recentFanOuts, report },
  };
}
