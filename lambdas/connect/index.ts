// Cold start of `connect`.
import { createConnectionDependencies } from '#wiring/connection-dependencies';
import { createDynamoRateLimitStore } from '#adapters/dynamodb/dynamo-rate-limit-store';
import { readSettings } from '#wiring/environment';
import { createConnect } from '#core/connections/connect';
import { createHandler } from './handler';

const settings = readSettings(process.env, [
  'maxConnectionsPerUser',
  'handshakesPerMinute',
  'handshakeBurst',
]);
const dependencies = createConnectionDependencies(process.env, 'connect');
const connect = createConnect({
  ...dependencies,
  rateLimits: createDynamoRateLimitStore(dependencies.dynamo, dependencies.tableName),
  handshakes: { perMinute: settings.handshakesPerMinute, burst: settings.handshakeBurst },
  maxConnectionsPerUser: settings.maxConnectionsPerUser,
});

export const handler = createHandler({ ...dependencies, connect });
