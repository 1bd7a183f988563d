// Cold start of `broadcast`.
import { readSettings } from '../aws/environment';
import { createFanOutWorld } from '../aws/fan-out-world';
import { createSqsRejectedEvents } from '../aws/sqs-rejected-events';
import { createBroadcast } from '../core/broadcast';
import { createHandler } from './handler';

const { rejectedEventsQueueUrl } = readSettings(process.env, ['rejectedEventsQueueUrl']);
const { sqs, ...world } = createFanOutWorld(process.env, 'broadcast');
const rejected = createSqsRejectedEvents(sqs, rejectedEventsQueueUrl);

export const handler = createHandler({
  ...world,
  broadcast: createBroadcast({ ...world, rejected }),
});
