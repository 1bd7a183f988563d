// Cold start of `heartbeat`.
import { createDynamoHeartbeatStore } from '#adapters/dynamodb/dynamo-heartbeat-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createSqsHeartbeatQueue } from '#adapters/sqs/sqs-heartbeat-queue';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { createHandler } from './handler';

const names = ['heartbeatQueueUrl', 'heartbeatSeconds', 'heartbeat'] as const;
const { heartbeatQueueUrl, heartbeatSeconds, ...settings } = readSettings(process.env, names);
const isSentWithFlush = settings.heartbeat === 'always';
const { sqs, ...dependencies } = createFanOutDependencies(process.env, 'heartbeat');
const queue = createSqsHeartbeatQueue(sqs, heartbeatQueueUrl);
const heartbeats = createDynamoHeartbeatStore(dependencies.dynamo, dependencies.tableName);
const heartbeat = createHeartbeat({
  ...{ ...dependencies, queue, heartbeats, heartbeatSeconds, isSentWithFlush },
});

export const handler = createHandler({ ...dependencies, heartbeat });
