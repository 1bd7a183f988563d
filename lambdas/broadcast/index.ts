// Cold start of `broadcast`.
import { createFastSender } from '#adapters/dynamodb/requests/dynamo-sender';
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { createDynamoTimelineStore } from '#adapters/dynamodb/dynamo-timeline-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createSqsDeadLettersOfEvents } from '#adapters/sqs/sqs-dead-letter-queue';
import { createSourceCheck } from '#core/broadcasting/bound-sources';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createWriteTimeline } from '#core/timeline/write-timeline';
import { createHandler } from './handler';

const names = [
  'deadLetterQueueUrl',
  'eventSource',
  'agentDays',
  'sessionHours',
  'timelineHours',
] as const;
const { eventSource, sources, timelineHours, ...settings } = readSettings(process.env, names, [
  'sources',
]);
const { sqs, dynamo, tableName, ...dependencies } = createFanOutDependencies(
  process.env,
  'broadcast',
);
const deadLetters = createSqsDeadLettersOfEvents(sqs, settings.deadLetterQueueUrl, 'event');
const sender = createFastSender(dynamo);
const state = createDynamoStateStore(dynamo, tableName, sender);
const timelines = createDynamoTimelineStore(dynamo, tableName, { sender });

export const handler = createHandler({
  ...dependencies,
  broadcast: createBroadcast({
    ...dependencies,
    state,
    deadLetters,
    writeTimeline:
      timelineHours > 0
        ? createWriteTimeline({ ...dependencies, timelines, timelineHours })
        : undefined,
    lifetimes: settings,
    checkSource: sources && createSourceCheck(eventSource, sources),
  }),
});
