// The world of the three functions that fan out: broadcast, deliver and heartbeat are wired alike.
import { createCloseConnection } from '../core/close-connection';
import { createFanOut } from '../core/fan-out';
import { createLargeFanOut } from '../core/large-fan-out';
import { createPace } from '../core/pace';
import { createReportFanOut } from '../core/report';
import { createSendHeartbeat } from '../core/send-heartbeat';
import { createDynamoClient, createManagementApiClient, createSqsClient } from './clients';
import { createDynamoCensusStore } from './dynamo-census-store';
import { createDynamoConnectionStore } from './dynamo-connection-store';
import { createEmfMetrics } from './emf-metrics';
import { readSettings } from './environment';
import { createLog } from './logger';
import { createManagementApiCloser } from './management-api-closer';
import { createManagementApiPoster } from './management-api-poster';
import { createSqsDeliveryQueue } from './sqs-delivery-queue';
import { systemTimers } from './system-timers';
import { createUndiciPoster } from './undici-poster';

/** Posts in flight, and sockets, at the most. */
const concurrency = 128;

const names = [
  'tableName',
  'callbackUrl',
  'deliveriesQueueUrl',
  'largeFanOutConnections',
  'maxPostsPerSecond',
] as const;

/** @throws a ConfigurationError that lists what is wrong with the environment */
export function createFanOutWorld(environment: NodeJS.ProcessEnv, functionName: string) {
  const settings = readSettings(environment, names);
  const { tableName, callbackUrl, largeFanOutConnections: threshold } = settings;
  const [log, now] = [createLog(functionName), Date.now];
  const [dynamo, sqs] = [createDynamoClient(), createSqsClient()];
  const managementApi = createManagementApiClient(callbackUrl);
  const connections = createDynamoConnectionStore(dynamo, tableName);
  const census = createDynamoCensusStore(dynamo, tableName);
  const queue = createSqsDeliveryQueue(sqs, settings.deliveriesQueueUrl, Math.random);
  const poster = createUndiciPoster({
    callbackUrl,
    region: environment['AWS_REGION'] ?? '',
    credentials: () => managementApi.config.credentials(),
    now,
    log,
    sockets: concurrency,
  });
  const fanOut = createFanOut({
    connections,
    queue,
    poster,
    pace: createPace({ now, ceiling: settings.maxPostsPerSecond }),
    now,
    timers: systemTimers,
    random: Math.random,
    concurrency,
    maxAttempts: 5,
    log,
  });
  const closeConnection = createCloseConnection({
    connections,
    poster: createManagementApiPoster(managementApi, log),
    closer: createManagementApiCloser(managementApi),
    now,
    log,
  });
  const report = createReportFanOut({ log, metrics: createEmfMetrics(), now });
  const sendHeartbeat = createSendHeartbeat({ fanOut, closeConnection, census, report });
  const largeFanOut = createLargeFanOut({ census, queue, now, log, threshold });
  return { log, now, sqs, fanOut, largeFanOut, sendHeartbeat, report };
}
