// Cold start of `whoami`.
import { createDynamoConnectionStore } from '#adapters/dynamodb/dynamo-connection-store';
import { readSettings } from '#wiring/environment';
import { createTable } from '#wiring/table';
import { createAuthentication } from '#wiring/authentication';
import { createLog } from '#adapters/observability/logger';
import { noVerdictCode } from '#core/auth/no-verdict';
import { createWhoami } from '#core/requests/whoami';
import { createHandler } from './handler';

const { tableName } = readSettings(process.env, ['tableName']);
const log = createLog('whoami');
const { authenticate, fetchKeys } = createAuthentication(process.env);

// Not fatal: the first request fetches them again, and reports it if that fails, too.
fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: noVerdictCode(error), error });
});

// One read, after the issuer's 13 s, must fail within the function's 15 s, or the response could not say why.
const table = createTable(process.env, {
  maxAttempts: 2,
  requestTimeoutMilliseconds: 900,
});
const connections = createDynamoConnectionStore(table, tableName);

export const handler = createHandler({
  whoami: createWhoami({ authenticate, connections, now: Date.now }),
  log,
});
