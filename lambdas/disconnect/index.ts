// Cold start of `disconnect`.
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { readSettings } from '#wiring/environment';
import { createTable } from '#wiring/table';
import { createLog } from '#adapters/observability/logger';
import { createHandler } from './handler';

const { tableName } = readSettings(process.env, ['tableName']);
const log = createLog('disconnect');
const table = createTable(process.env);
const connections = createDynamoConnectionStore(table, tableName);

export const handler = createHandler({ connections, log });
