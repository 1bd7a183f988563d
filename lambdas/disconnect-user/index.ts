// Cold start of `disconnect-user`.
import { createConnectionDependencies } from '#wiring/connection-dependencies';
import { readSettings } from '#wiring/environment';
import { createQueues } from '#wiring/queues';
import { createSqsDeadLettersOfEvents } from '#adapters/sqs/sqs-dead-letter-queue';
import { systemTimers } from '#wiring/system-timers';
import { createTable } from '#wiring/table';
import { createDisconnectUser } from '#core/connections/disconnect-user';
import { createHandler } from './handler';

const { deadLetterQueueUrl, maxTokenHours } = readSettings(
  process.env,
  ['deadLetterQueueUrl'],
  ['maxTokenHours'],
);
const dependencies = createConnectionDependencies(
  process.env,
  'disconnect-user',
  createTable(process.env),
);
const queues = createQueues(process.env);
const deadLetters = createSqsDeadLettersOfEvents(queues, deadLetterQueueUrl, 'order');

export const handler = createHandler({
  disconnectUser: createDisconnectUser({
    ...dependencies,
    timers: systemTimers,
    deadLetters,
    maxTokenHours,
  }),
});
