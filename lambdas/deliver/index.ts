// Cold start of `deliver`.
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { parseRetryJob } from '#adapters/sqs/retry-job-body';
import { createSqsDeadLettersOfJobs } from '#adapters/sqs/sqs-dead-letter-queue';
import type { Inspector } from '#core/connections/ports';
import { createDeliver } from '#core/broadcasting/deliver';
import { createHandler } from './handler';

const { deadLetterQueueUrl } = readSettings(process.env, ['deadLetterQueueUrl']);
const { queues, ...dependencies } = createFanOutDependencies(process.env, 'deliver');
const deadLetters = createSqsDeadLettersOfJobs(queues, deadLetterQueueUrl);
const inspector: Inspector = {
  inspect: async (connectionId) =>
    (await dependencies.loadManagementApi()).inspector.inspect(connectionId),
};
const state = createDynamoStateStore(dependencies.table, dependencies.tableName);
const deliver = createDeliver({ ...dependencies, state, deadLetters, inspector });

export const handler = createHandler({ ...dependencies, deliver, parseJob: parseRetryJob });
