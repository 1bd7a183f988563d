// Cold start of `health`.
import { createDynamoClient } from '#lambdas/aws/clients';
import { createDynamoCensusStore } from '#lambdas/aws/dynamo-census-store';
import { createDynamoConnectionStore } from '#lambdas/aws/dynamo-connection-store';
import { readSettings } from '#lambdas/aws/environment';
import { createHttpGatewayProbe } from '#lambdas/aws/http-gateway-probe';
import { createLog } from '#lambdas/aws/logger';
import { createHealth } from '#core/health';
import { createHandler } from './handler';

const settings = readSettings(process.env, ['tableName', 'useMockData'], ['gatewayUrl']);
const { tableName, useMockData, gatewayUrl } = settings;
// Two reads, one after the other, must fail within the function's 5 s: else nobody would hear why.
const dynamo = createDynamoClient({ maxAttempts: 2, requestTimeoutMilliseconds: 900 });
const health = createHealth({
  connections: createDynamoConnectionStore(dynamo, tableName),
  census: createDynamoCensusStore(dynamo, tableName),
  probeGateway: createHttpGatewayProbe(),
  now: Date.now,
  log: createLog('health'),
  gatewayUrl,
  useMockData,
});

export const handler = createHandler({ health });
