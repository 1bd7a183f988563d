// The world of the three functions that fan out: broadcast, deliver and heartbeat are wired alike.
import { createFanOut } from '../core/fan-out';
import { createHeartbeatPace } from '../core/heartbeat-pace';
import { InFlightLimit } from '../core/in-flight-limit';
import { createLargeFanOut } from '../core/large-fan-out';
import { createReach, noReach } from '../core/reach';
import { createReportFanOut } from '../core/report';
import { createSendHeartbeat } from '../core/send-heartbeat';
import { createSqsClient } from './clients';
import { createConnectionWorld } from './connection-world';
import { createDeliveryOptions } from './delivery-options';
import { createDynamoCensusStore } from './dynamo-census-store';
import { createFastQuery } from './dynamo-query';
import { createDynamoReachStore } from './dynamo-reach-store';
import { createEmfCensus, createEmfMetrics } from './emf-metrics';
import { readSettings } from './environment';
import { createSqsDeliveryQueue } from './sqs-delivery-queue';

const names = [
  'deliveriesQueueUrl',
  'largeFanOutConnections',
  'heartbeat',
  'heartbeatSeconds',
  'maxPostsPerSecond',
] as const;

/** @throws a ConfigurationError that lists what is wrong with the environment */
export function createFanOutWorld(environment: NodeJS.ProcessEnv, functionName: string) {
  const settings = readSettings(environment, names);
  const { deliveriesQueueUrl, largeFanOutConnections: threshold, heartbeatSeconds } = settings;
  // Listing through the SDK's client would cost a small fan-out more than its signatures.
  const world = createConnectionWorld(environment, functionName, createFastQuery);
  const { log, now, stage, dynamo, tableName } = world;
  const sqs = createSqsClient();
  const census = createDynamoCensusStore(dynamo, tableName);
  const queue = createSqsDeliveryQueue(sqs, deliveriesQueueUrl, Math.random);
  const delivery = createDeliveryOptions(environment, world);
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
  // The shards of a large one are sent by the workers that send those of events, at the pace that they share.
  const isShared = functionName === 'deliver';
  const pace = isShared ? delivery.pace : createHeartbeatPace({ ...settings, now });
  const sendHeartbeat = createSendHeartbeat({
    ...{ ...world, census, reach, report, heartbeatSeconds },
    fanOut: createFanOut({ ...world, ...delivery, pace, queue }),
  });
  const largeFanOut = createLargeFanOut({ census, queue, now, log, threshold });
  const drawCensus = createEmfCensus(stage);
  return {
    ...{ ...world, sqs, census, drawCensus },
    ...{ fanOut, largeFanOut, sendHeartbeat, reach, report },
  };
}
