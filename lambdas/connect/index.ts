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
const world = createConnectionDependencies(process.env, 'connect');
const connect = createConnect({
  ...world,
  rateLimits: createDynamoRateLimitStore(world.dynamo, world.tableName),
  handshakes: { perMinute: settings.handshakesPerMinute, burst: settings.handshakeBurst },
  maxConnectionsPerUser: settings.maxConnectionsPerUser,
});

export const handler = createHandler({ ...world, connect });
