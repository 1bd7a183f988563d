// Cold start of `whoami`.
import { createDynamoClient } from '#lambdas/aws/clients';
import { createDynamoConnectionStore } from '#lambdas/aws/dynamo-connection-store';
import { readSettings } from '#lambdas/aws/environment';
import { readTokenVerifier } from '#lambdas/aws/jwt-token-verifier';
import { createLog } from '#lambdas/aws/logger';
import { noVerdictCode } from '#core/no-verdict';
import { createWhoami } from '#core/whoami';
import { createHandler } from './handler';

const { tableName } = readSettings(process.env, ['tableName']);
const log = createLog('whoami');
const verifier = readTokenVerifier(process.env);

// Not fatal: the first request fetches them again, and says so if that fails too.
verifier.fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: noVerdictCode(error), error });
});

// One read, after the issuer's 13 s, must fail within the function's 15 s: else nobody would hear why.
const dynamo = createDynamoClient({ maxAttempts: 2, requestTimeoutMilliseconds: 900 });
const connections = createDynamoConnectionStore(dynamo, tableName);

export const handler = createHandler({
  whoami: createWhoami({ verifier, connections, now: Date.now }),
  log,
});
