// The world of the three functions that fan out: broadcast, deliver and heartbeat are wired alike.
import { createFanOut } from '../core/fan-out';
import { createLargeFanOut } from '../core/large-fan-out';
import { createReportFanOut } from '../core/report';
import { createSendHeartbeat } from '../core/send-heartbeat';
import { createSqsClient } from './clients';
import { createConnectionWorld } from './connection-world';
import { createDeliveryOptions } from './delivery-options';
import { createDynamoCensusStore } from './dynamo-census-store';
import { createEmfMetrics } from './emf-metrics';
import { readSettings } from './environment';
import { createSqsDeliveryQueue } from './sqs-delivery-queue';

/** @throws a ConfigurationError that lists what is wrong with the environment */
export function createFanOutWorld(environment: NodeJS.ProcessEnv, functionName: string) {
  const { deliveriesQueueUrl, largeFanOutConnections: threshold } = readSettings(environment, [
    'deliveriesQueueUrl',
    'largeFanOutConnections',
  ]);
  const world = createConnectionWorld(environment, functionName);
  const { log, now } = world;
  const sqs = createSqsClient();
  const census = createDynamoCensusStore(world.dynamo, world.tableName);
  const queue = createSqsDeliveryQueue(sqs, deliveriesQueueUrl, Math.random);
  const delivery = createDeliveryOptions(environment, world);
  const fanOut = createFanOut({ ...world, ...delivery, queue });
  const report = createReportFanOut({ log, metrics: createEmfMetrics(), now });
  const sendHeartbeat = createSendHeartbeat({ ...world, fanOut, census, report });
  const largeFanOut = createLargeFanOut({ census, queue, now, log, threshold });
  return { ...world, sqs, fanOut, largeFanOut, sendHeartbeat, report };
}
