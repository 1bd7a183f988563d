// Cold start of `heartbeat`.
import { createDynamoClient, createManagementApiClient, createSqsClient } from '../aws/clients';
import { createDynamoCensusStore } from '../aws/dynamo-census-store';
import { createDynamoConnectionStore } from '../aws/dynamo-connection-store';
import { readSettings } from '../aws/environment';
import { createLog } from '../aws/logger';
import { createManagementApiCloser } from '../aws/management-api-closer';
import { createManagementApiPoster } from '../aws/management-api-poster';
import { createSqsHeartbeatQueue } from '../aws/sqs-heartbeat-queue';
import { createCloseConnection } from '../core/close-connection';
import { createFanOut } from '../core/fan-out';
import { createHeartbeat } from '../core/heartbeat';
import { createHandler } from './handler';

const names = ['tableName', 'callbackUrl', 'heartbeatQueueUrl', 'heartbeatSeconds'] as const;
const settings = readSettings(process.env, names);
const { tableName, callbackUrl, heartbeatQueueUrl, heartbeatSeconds } = settings;
const [log, now] = [createLog('heartbeat'), Date.now];
const [dynamo, managementApi] = [createDynamoClient(), createManagementApiClient(callbackUrl)];
const connections = createDynamoConnectionStore(dynamo, tableName);
const census = createDynamoCensusStore(dynamo, tableName);
const poster = createManagementApiPoster(managementApi, log);
const closer = createManagementApiCloser(managementApi);
const queue = createSqsHeartbeatQueue(createSqsClient(), heartbeatQueueUrl);
const fanOut = createFanOut({ connections, poster, now, log });
const closeConnection = createCloseConnection({ connections, poster, closer, log });
const core = { fanOut, closeConnection, census, queue, now, log, heartbeatSeconds };

export const handler = createHandler({ heartbeat: createHeartbeat(core) });
