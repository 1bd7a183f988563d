// Cold start of `disconnect`.
import { createDynamoClient } from '../aws/clients';
import { createDynamoConnectionStore } from '../aws/dynamo-connection-store';
import { readSettings } from '../aws/environment';
import { createLog } from '../aws/logger';
import { createHandler } from './handler';

const { tableName } = readSettings(process.env, ['tableName']);
const log = createLog('disconnect');
const connections = createDynamoConnectionStore(createDynamoClient(), tableName);

export const handler = createHandler({ connections, log });
