// Cold start of `connect`.
import { createConnectionDependencies } from '#wiring/connection-dependencies';
import { createDynamoRateLimitStore } from '#adapters/dynamodb/dynamo-rate-limit-store';
import { readSettings } from '#wiring/environment';
import { createTable } from '#wiring/table';
import { createConnect } from '#core/connections/connect';
import { createHandler } from './handler';

const settings = readSettings(process.env, [
  'maxConnectionsPerUser',
  'handshakesPerMinute',
  'handshakeBurst',
]);
const table = createTable(process.env);
const dependencies = createConnectionDependencies(process.env, 'connect', table);
const connect = createConnect({
  ...dependencies,
  rateLimits: createDynamoRateLimitStore(table, dependencies.tableName),
  handshakes: { perMinute: settings.handshakesPerMinute, burst: settings.handshakeBurst },
  maxConnectionsPerUser: settings.maxConnectionsPerUser,
});

export const handler = createHandler({ ...dependencies, connect });
