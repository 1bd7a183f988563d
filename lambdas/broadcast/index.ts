// Cold start of `broadcast`.
import { createDynamoClient, createManagementApiClient, createSqsClient } from '../aws/clients';
import { createDynamoConnectionStore } from '../aws/dynamo-connection-store';
import { readSettings } from '../aws/environment';
import { createLog } from '../aws/logger';
import { createManagementApiPoster } from '../aws/management-api-poster';
import { createSqsRejectedEvents } from '../aws/sqs-rejected-events';
import { createBroadcast } from '../core/broadcast';
import { createFanOut } from '../core/fan-out';
import { createHandler } from './handler';

const { tableName, callbackUrl, rejectedEventsQueueUrl } = readSettings(process.env, [
  'tableName',
  'callbackUrl',
  'rejectedEventsQueueUrl',
]);
const log = createLog('broadcast');
const connections = createDynamoConnectionStore(createDynamoClient(), tableName);
const poster = createManagementApiPoster(createManagementApiClient(callbackUrl), log);
const rejected = createSqsRejectedEvents(createSqsClient(), rejectedEventsQueueUrl);
const fanOut = createFanOut({ connections, poster, now: Date.now, log });
const broadcast = createBroadcast({ fanOut, rejected, now: Date.now, log });

export const handler = createHandler({ broadcast });
