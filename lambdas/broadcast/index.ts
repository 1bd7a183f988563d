// Cold start of `broadcast`.
import { createFastSender } from '../aws/dynamo-sender';
import { createDynamoStateStore } from '../aws/dynamo-state-store';
import { readSettings } from '../aws/environment';
import { createFanOutWorld } from '../aws/fan-out-world';
import { createSqsRejectedEvents } from '../aws/sqs-rejected-events';
import { createBroadcast } from '../core/broadcast';
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
