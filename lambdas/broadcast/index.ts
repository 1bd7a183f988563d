// Cold start of `broadcast`.
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
const { queues, table, tableName, ...dependencies } = createFanOutDependencies(
  process.env,
  'broadcast',
);
const deadLetters = createSqsDeadLettersOfEvents(queues, settings.deadLetterQueueUrl, 'event');
const state = createDynamoStateStore(table, tableName);
const timelines = createDynamoTimelineStore(table, tableName);

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
