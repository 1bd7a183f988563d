// The world of the three functions that fan out: broadcast, deliver and heartbeat are wired alike.
import { randomUUID } from 'node:crypto';
import { createCoalescer } from '#core/broadcasting/coalescer';
import { createFlush } from '#core/broadcasting/flush';
import { createFanOut } from '#core/fan-out';
import { createHeartbeatPace } from '#core/heartbeat-pace';
import { InFlightLimit } from '#core/in-flight-limit';
import { createLargeFanOut } from '#core/large-fan-out';
import { createPace } from '#core/pace';
import { createReach, noReach } from '#core/reach';
import { createReportFanOut } from '#core/report';
import { createSendHeartbeat } from '#core/send-heartbeat';
import { shardCount } from '#core/shard';
import { createSqsClient } from './clients';
import { createConnectionWorld } from './connection-world';
import { createDeliveryOptions } from './delivery-options';
import { createDynamoCensusStore } from './dynamo-census-store';
import { createDynamoFanOutLease } from './dynamo-fan-out-lease';
import { createDynamoPendingStore } from './dynamo-pending-store';
import { createFastQuery } from './dynamo-query';
import { createDynamoReachStore } from './dynamo-reach-store';
import { createFastSender } from './dynamo-sender';
import { createEmfCensus, createEmfMetrics } from './emf-metrics';
import { readSettings } from './environment';
import { createSqsDeliveryQueue, createSqsHandOver } from './sqs-delivery-queue';
import { systemTimers } from './system-timers';

const names = [
  'coalesceMilliseconds',
  'deliveriesQueueUrl',
  'largeFanOutConnections',
  'heartbeat',
  'heartbeatSeconds',
  'maxPostsPerSecond',
] as const;

/** @throws a ConfigurationError that lists what is wrong with the environment */
export function createFanOutWorld(environment: NodeJS.ProcessEnv, functionName: string) {
  const settings = readSettings(environment, names);
  const { deliveriesQueueUrl, coalesceMilliseconds, heartbeatSeconds } = settings;
  const { largeFanOutConnections, maxPostsPerSecond } = settings;
  // Listing through the SDK's client would cost a small fan-out more than its signatures.
  const world = createConnectionWorld(environment, functionName, createFastQuery);
  const { log, now, stage, dynamo, tableName } = world;
  const sqs = createSqsClient();
  const census = createDynamoCensusStore(dynamo, tableName);
  const queue = createSqsDeliveryQueue(sqs, deliveriesQueueUrl, Math.random);
  // The workers of a large fan-out share its pace: each at full speed would be answered 429 most of the time.
  const isShared = functionName === 'deliver';
  const share = Math.max(10, Math.floor(maxPostsPerSecond / shardCount));
  const delivery = createDeliveryOptions(environment, world, isShared ? share : maxPostsPerSecond);
  const singleInFlight = new InFlightLimit(delivery.concurrency);
  const fanOut = createFanOut({ ...world, ...delivery, queue, singleInFlight });
  const report = createReportFanOut({ log, metrics: createEmfMetrics(stage), now });
  const reach =
    settings.heartbeat === 'always'
      ? noReach
      : createReach({
          store: createDynamoReachStore(dynamo, tableName),
          ...{ now, log, heartbeatSeconds },
        });
  const pace = isShared ? delivery.pace : createHeartbeatPace({ ...settings, now });
  const sendHeartbeat = createSendHeartbeat({
    ...{ ...world, census, reach, report, heartbeatSeconds },
    fanOut: createFanOut({ ...world, ...delivery, pace, queue }),
  });
  const largeFanOut = createLargeFanOut({
    ...{ census, queue, now, log },
    threshold: largeFanOutConnections,
  });
  const sender = createFastSender(dynamo);
  const coalescer = createCoalescer({
    lease: createDynamoFanOutLease(sender, tableName),
    pending: createDynamoPendingStore(sender, createFastQuery(dynamo), tableName, log),
    flush: createFlush({
      ...{ ...world, ...delivery, queue, singleInFlight, census, reach, report },
      ...{ largeFanOutConnections, coalesceMilliseconds },
      // Whoever flushes is the only one, in whatever function.
      pace: isShared ? createPace({ now, ceiling: maxPostsPerSecond }) : delivery.pace,
    }),
    handOver: createSqsHandOver(sqs, deliveriesQueueUrl),
    createId: randomUUID,
    ...{ coalesceMilliseconds, now, log, timers: systemTimers },
  });
  const drawCensus = createEmfCensus(stage);
  return {
    ...{ ...world, sqs, census, drawCensus },
    ...{ fanOut, largeFanOut, sendHeartbeat, coalescer, reach, report },
  };
}
