// Cold start of `whoami`.
import { readTokenVerifier } from '../aws/jwt-token-verifier';
import { createLog } from '../aws/logger';
import { noVerdictCode } from '../core/keys-unavailable-error';
import { createWhoami } from '../core/whoami';
import { createHandler } from './handler';

const log = createLog('whoami');
const verifier = readTokenVerifier(process.env);

// Not fatal: the first request fetches them again, and says so if that fails too.
verifier.fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: noVerdictCode(error), error });
});

export const handler = createHandler({ whoami: createWhoami({ verifier }), log });
