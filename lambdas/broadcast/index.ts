// Cold start of `broadcast`.
import { createFastSender } from '#lambdas/aws/dynamo-sender';
import { createDynamoStateStore } from '#lambdas/aws/dynamo-state-store';
import { readSettings } from '#lambdas/aws/environment';
import { createFanOutWorld } from '#lambdas/aws/fan-out-world';
import { createSqsRejectedEvents } from '#lambdas/aws/sqs-rejected-events';
import { createBroadcast } from '#core/broadcast';
import { createHandler } from './handler';

const names = ['rejectedEventsQueueUrl', 'agentDays', 'sessionHours'] as const;
const settings = readSettings(process.env, names);
const { sqs, dynamo, tableName, ...world } = createFanOutWorld(process.env, 'broadcast');
const rejected = createSqsRejectedEvents(sqs, settings.rejectedEventsQueueUrl, 'event');
const state = createDynamoStateStore(dynamo, tableName, createFastSender(dynamo));

export const handler = createHandler({
  ...world,
  broadcast: createBroadcast({ ...world, state, rejected, lifetimes: settings }),
});
