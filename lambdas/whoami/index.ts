// Cold start of `whoami`.
import { readIdentityProvider } from '../aws/identity-provider';
import { createJwtTokenVerifier } from '../aws/jwt-token-verifier';
import { createLog } from '../aws/logger';
import { createWhoami } from '../core/whoami';
import { createHandler } from './handler';

const log = createLog('whoami');
const verifier = createJwtTokenVerifier(readIdentityProvider(process.env));

// Not fatal: the first request fetches them again, and says so if that fails too.
verifier.fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: 'keys_unavailable', error });
});

export const handler = createHandler({ whoami: createWhoami({ verifier }), log });
