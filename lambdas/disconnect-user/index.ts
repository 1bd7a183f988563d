// Cold start of `disconnect-user`.
import { createSqsClient } from '#wiring/clients';
import { createConnectionDependencies } from '#wiring/connection-dependencies';
import { readSettings } from '#wiring/environment';
import { createSqsDeadLettersOfEvents } from '#adapters/sqs/sqs-dead-letter-queue';
import { systemTimers } from '#wiring/system-timers';
import { createDisconnectUser } from '#core/connections/disconnect-user';
import { createHandler } from './handler';

const { deadLetterQueueUrl, maxTokenHours } = readSettings(
  process.env,
  ['deadLetterQueueUrl'],
  ['maxTokenHours'],
);
const dependencies = createConnectionDependencies(process.env, 'disconnect-user');
const deadLetters = createSqsDeadLettersOfEvents(createSqsClient(), deadLetterQueueUrl, 'order');

export const handler = createHandler({
  disconnectUser: createDisconnectUser({
    ...dependencies,
    timers: systemTimers,
    deadLetters,
    maxTokenHours,
  }),
});
