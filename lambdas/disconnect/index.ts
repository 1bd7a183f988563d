// Cold start of `disconnect`.
import { createDynamoClient } from '#wiring/clients';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { readSettings } from '#wiring/environment';
import { createLog } from '#adapters/observability/logger';
import { createHandler } from './handler';

const { tableName } = readSettings(process.env, ['tableName']);
const log = createLog('disconnect');
const connections = createDynamoConnectionStore(createDynamoClient(), tableName);

export const handler = createHandler({ connections, log });
