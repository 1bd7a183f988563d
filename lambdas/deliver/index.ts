// Cold start of `deliver`.
import { createManagementApiClient } from '#lambdas/aws/clients';
import { createDynamoStateStore } from '#lambdas/aws/dynamo-state-store';
import { readSettings } from '#lambdas/aws/environment';
import { createFanOutWorld } from '#lambdas/aws/fan-out-world';
import { createManagementApiInspector } from '#lambdas/aws/management-api-inspector';
import { parseDeliveryJob } from '#lambdas/aws/delivery-body';
import { createSqsUndeliverableJobs } from '#lambdas/aws/sqs-rejected-events';
import { createDeliver } from '#core/deliver';
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
