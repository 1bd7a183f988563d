// Cold start of `disconnect-user`.
import { createSqsClient } from '../aws/clients';
import { createConnectionWorld } from '../aws/connection-world';
import { readSettings } from '../aws/environment';
import { createSqsRejectedEvents } from '../aws/sqs-rejected-events';
import { systemTimers } from '../aws/system-timers';
import { createDisconnectUser } from '../core/disconnect-user';
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
