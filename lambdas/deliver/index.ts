// Cold start of `deliver`.
import { createManagementApiClient } from '#wiring/clients';
import { createDynamoStateStore } from '#adapters/dynamodb/registers/dynamo-state-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createManagementApiInspector } from '#adapters/api-gateway/management-api-inspector';
import { parseRetryJob } from '#adapters/sqs/retry-job-body';
import { createSqsDeadLettersOfJobs } from '#adapters/sqs/sqs-dead-letter-queue';
import { createDeliver } from '#core/broadcasting/deliver';
import { createHandler } from './handler';

const { deadLetterQueueUrl } = readSettings(process.env, ['deadLetterQueueUrl']);
const { sqs, ...dependencies } = createFanOutDependencies(process.env, 'deliver');
const deadLetters = createSqsDeadLettersOfJobs(sqs, deadLetterQueueUrl);
const inspector = createManagementApiInspector(
  createManagementApiClient(dependencies.callbackUrl, 1),
  dependencies.log,
);
const state = createDynamoStateStore(dependencies.dynamo, dependencies.tableName);
const deliver = createDeliver({ ...dependencies, state, deadLetters, inspector });

export const handler = createHandler({ ...dependencies, deliver, parseJob: parseRetryJob });
