// Cold start of `heartbeat`.
import { createDynamoHeartbeatStore } from '#adapters/dynamodb/dynamo-heartbeat-store';
import { readSettings } from '#wiring/environment';
import { createFanOutWorld } from '#wiring/fan-out-dependencies';
import { createSqsHeartbeatQueue } from '#adapters/sqs/sqs-heartbeat-queue';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { createHandler } from './handler';

const names = ['heartbeatQueueUrl', 'heartbeatSeconds', 'heartbeat'] as const;
const { heartbeatQueueUrl, heartbeatSeconds, ...settings } = readSettings(process.env, names);
const ridesAlong = settings.heartbeat === 'always';
const { sqs, ...world } = createFanOutWorld(process.env, 'heartbeat');
const queue = createSqsHeartbeatQueue(sqs, heartbeatQueueUrl);
const heartbeats = createDynamoHeartbeatStore(world.dynamo, world.tableName);
const heartbeat = createHeartbeat({
  ...{ ...world, queue, heartbeats, heartbeatSeconds, ridesAlong },
});

export const handler = createHandler({ ...world, heartbeat });
