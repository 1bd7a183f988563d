// Cold start of `deliver`.
import { createManagementApiClient } from '../aws/clients';
import { createDynamoStateStore } from '../aws/dynamo-state-store';
import { readSettings } from '../aws/environment';
import { createFanOutWorld } from '../aws/fan-out-world';
import { createManagementApiInspector } from '../aws/management-api-inspector';
import { parseDeliveryJob } from '../aws/delivery-body';
import { createSqsUndeliverableJobs } from '../aws/sqs-rejected-events';
import { createDeliver } from '../core/deliver';
import { createHandler } from './handler';

const { rejectedEventsQueueUrl } = readSettings(process.env, ['rejectedEventsQueueUrl']);
const { sqs, ...world } = createFanOutWorld(process.env, 'deliver');
const undeliverable = createSqsUndeliverableJobs(sqs, rejectedEventsQueueUrl);
const inspector = createManagementApiInspector(
  createManagementApiClient(world.callbackUrl, 1),
  world.log,
);
const state = createDynamoStateStore(world.dynamo, world.tableName);
const deliver = createDeliver({ ...world, state, undeliverable, inspector });

export const handler = createHandler({ ...world, deliver, parseJob: parseDeliveryJob });
