// Cold start of `heartbeat`.
import { createDynamoHeartbeatStore } from '#adapters/dynamodb/dynamo-heartbeat-store';
import { createDynamoSilenceStore } from '#adapters/dynamodb/registers/dynamo-silence-store';
import { readSettings } from '#wiring/environment';
import { createFanOutDependencies } from '#wiring/fan-out-dependencies';
import { createSqsHeartbeatQueue } from '#adapters/sqs/sqs-heartbeat-queue';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { createReportSilentAgents } from '#core/silence/report-silent-agents';
import { createHandler } from './handler';

const names = ['heartbeatQueueUrl', 'heartbeatSeconds', 'heartbeat'] as const;
const { heartbeatQueueUrl, heartbeatSeconds, ...settings } = readSettings(process.env, names);
const isSentWithFlush = settings.heartbeat === 'always';
const { queues, ...dependencies } = createFanOutDependencies(process.env, 'heartbeat');
const queue = createSqsHeartbeatQueue(queues, heartbeatQueueUrl);
const heartbeats = createDynamoHeartbeatStore(dependencies.table, dependencies.tableName);
const silence = createDynamoSilenceStore(dependencies.table, dependencies.tableName);
const reportSilentAgents = createReportSilentAgents({ ...dependencies, silence });
const heartbeat = createHeartbeat({
  ...{ ...dependencies, queue, heartbeats, heartbeatSeconds, isSentWithFlush, reportSilentAgents },
});

export const handler = createHandler({ ...dependencies, heartbeat });
