// Cold start of `connect`.
import { createDynamoClient, createManagementApiClient } from '../aws/clients';
import { createDynamoConnectionStore } from '../aws/dynamo-connection-store';
import { readSettings } from '../aws/environment';
import { createLog } from '../aws/logger';
import { createManagementApiCloser } from '../aws/management-api-closer';
import { createManagementApiPoster } from '../aws/management-api-poster';
import { createCloseConnection } from '../core/close-connection';
import { createConnect } from '../core/connect';
import { createHandler } from './handler';

const { tableName, callbackUrl, maxConnectionsPerUser } = readSettings(process.env, [
  'tableName',
  'callbackUrl',
  'maxConnectionsPerUser',
]);
const log = createLog('connect');
const connections = createDynamoConnectionStore(createDynamoClient(), tableName);
const managementApi = createManagementApiClient(callbackUrl);
const poster = createManagementApiPoster(managementApi, log);
const closer = createManagementApiCloser(managementApi);
const closeConnection = createCloseConnection({ connections, poster, closer, now: Date.now, log });
const connect = createConnect({
  connections,
  closeConnection,
  now: Date.now,
  maxConnectionsPerUser,
});

export const handler = createHandler({ connect, log });
