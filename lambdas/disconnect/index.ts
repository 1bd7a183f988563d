// Cold start of `disconnect`.
import { createDynamoClient } from '#lambdas/aws/clients';
import { createDynamoConnectionStore } from '#lambdas/aws/dynamo-connection-store';
import { readSettings } from '#lambdas/aws/environment';
import { createLog } from '#lambdas/aws/logger';
import { createHandler } from './handler';

const { tableName } = readSettings(process.env, ['tableName']);
const log = createLog('disconnect');
const connections = createDynamoConnectionStore(createDynamoClient(), tableName);

export const handler = createHandler({ connections, log });
