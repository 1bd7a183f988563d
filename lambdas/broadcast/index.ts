// Cold start of `broadcast`.
import { createFastSender } from '#adapters/dynamodb/requests/dynamo-sender';
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createSqsDeadLettersOfEvents } from '#adapters/sqs/sqs-dead-letter-queue';
import { createSourceCheck } from '#core/broadcasting/bound-sources';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createHandler } from './handler';

const names = ['deadLetterQueueUrl', 'eventSource', 'agentDays', 'sessionHours'] as const;
const { eventSource, sources, ...settings } = readSettings(process.env, names, ['sources']);
const { sqs, dynamo, tableName, ...dependencies } = createFanOutDependencies(
  process.env,
  'broadcast',
);
const deadLetters = createSqsDeadLettersOfEvents(sqs, settings.deadLetterQueueUrl, 'event');
const state = createDynamoStateStore(dynamo, tableName, createFastSender(dynamo));

export const handler = createHandler({
  ...dependencies,
  broadcast: createBroadcast({
    ...dependencies,
    state,
    deadLetters,
    lifetimes: settings,
    checkSource: sources && createSourceCheck(eventSource, sources),
  }),
});
