// Cold start of `authorizer`.
import { createEmfCount } from '../aws/emf-metrics';
import { readSettings } from '../aws/environment';
import { readTokenVerifier } from '../aws/jwt-token-verifier';
import { createLog } from '../aws/logger';
import { metricSource } from '../contract';
import { createAuthorize } from '../core/authorize';
import { noVerdictCode } from '../core/no-verdict';
import { createHandler } from './handler';

const { stage } = readSettings(process.env, ['stage']);
const log = createLog('authorizer');
const verifier = readTokenVerifier(process.env);

// Not fatal: the first handshake fetches them again, and says so if that fails too.
verifier.fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: noVerdictCode(error), error });
});

export const handler = createHandler({
  authorize: createAuthorize({ verifier }),
  source: { service: metricSource.refusedHandshakes, stage },
  count: createEmfCount('authorizer', stage),
  log,
});
