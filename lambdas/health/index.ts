// Cold start of `health`.
import { createDynamoConnectionCountStore } from '#adapters/dynamodb/dynamo-connection-count-store';
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { readSettings } from '#wiring/environment';
import { createTable } from '#wiring/table';
import { createHttpGatewayProbe } from '#adapters/http/http-gateway-probe';
import { createLog } from '#adapters/observability/logger';
import { createHealth } from '#core/requests/health';
import { createHandler } from './handler';

const settings = readSettings(process.env, ['tableName', 'useMockData'], ['gatewayUrl']);
const { tableName, useMockData, gatewayUrl } = settings;
// Two reads, one after the other, must fail within the function's 5 s, or the response could not say why.
const table = createTable(process.env, {
  maxAttempts: 2,
  requestTimeoutMilliseconds: 900,
});
const health = createHealth({
  connections: createDynamoConnectionStore(table, tableName),
  connectionCounts: createDynamoConnectionCountStore(table, tableName),
  probeGateway: createHttpGatewayProbe(),
  now: Date.now,
  log: createLog('health'),
  gatewayUrl,
  useMockData,
});

export const handler = createHandler({ health });
