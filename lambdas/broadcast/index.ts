// Cold start of `broadcast`.
import { createFastSender } from '#adapters/dynamodb/requests/dynamo-sender';
import { createDynamoStateStore } from '#adapters/dynamodb/dynamo-state-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createSqsDeadLettersOfEvents } from '#adapters/sqs/sqs-dead-letter-queue';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createHandler } from './handler';

const names = ['deadLetterQueueUrl', 'agentDays', 'sessionHours'] as const;
const settings = readSettings(process.env, names);
const { sqs, dynamo, tableName, ...dependencies } = createFanOutDependencies(
  process.env,
  'broadcast',
);
const deadLetters = createSqsDeadLettersOfEvents(sqs, settings.deadLetterQueueUrl, 'event');
const state = createDynamoStateStore(dynamo, tableName, createFastSender(dynamo));

export const handler = createHandler({
  ...dependencies,
  broadcast: createBroadcast({ ...dependencies, state, deadLetters, lifetimes: settings }),
});
