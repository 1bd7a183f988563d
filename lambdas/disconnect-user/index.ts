// Cold start of `disconnect-user`.
import { createSqsClient } from '#lambdas/aws/clients';
import { createConnectionWorld } from '#lambdas/aws/connection-world';
import { readSettings } from '#lambdas/aws/environment';
import { createSqsRejectedEvents } from '#lambdas/aws/sqs-rejected-events';
import { systemTimers } from '#lambdas/aws/system-timers';
import { createDisconnectUser } from '#core/disconnect-user';
import { createHandler } from './handler';

const { rejectedEventsQueueUrl, maxTokenHours } = readSettings(
  process.env,
  ['rejectedEventsQueueUrl'],
  ['maxTokenHours'],
);
const world = createConnectionWorld(process.env, 'disconnect-user');
const rejected = createSqsRejectedEvents(createSqsClient(), rejectedEventsQueueUrl, 'order');

export const handler = createHandler({
  disconnectUser: createDisconnectUser({ ...world, timers: systemTimers, rejected, maxTokenHours }),
});
