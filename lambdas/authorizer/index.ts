// Cold start of `authorizer`.
import { readIdentityProvider } from '../aws/identity-provider';
import { createJwtTokenVerifier } from '../aws/jwt-token-verifier';
import { createLog } from '../aws/logger';
import { createAuthorize } from '../core/authorize';
import { createHandler } from './handler';

const log = createLog('authorizer');
const verifier = createJwtTokenVerifier(readIdentityProvider(process.env));

// Not fatal: the first handshake fetches them again, and says so if that fails too.
verifier.fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: 'keys_unavailable', error });
});

export const handler = createHandler({ authorize: createAuthorize({ verifier }), log });
