// Cold start of `heartbeat`.
import { createDynamoHeartbeatStore } from '#lambdas/aws/dynamo-heartbeat-store';
import { readSettings } from '#lambdas/aws/environment';
import { createFanOutWorld } from '#lambdas/aws/fan-out-world';
import { createSqsHeartbeatQueue } from '#lambdas/aws/sqs-heartbeat-queue';
import { createHeartbeat } from '#core/heartbeat';
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
