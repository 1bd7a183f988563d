// Cold start of `authorizer`.
import { createEmfCount } from '#lambdas/aws/emf-metrics';
import { readSettings } from '#lambdas/aws/environment';
import { readTokenVerifier } from '#lambdas/aws/jwt-token-verifier';
import { createLog } from '#lambdas/aws/logger';
import { metricSource } from '#lambdas/contract';
import { createAuthorize } from '#core/authorize';
import { noVerdictCode } from '#core/no-verdict';
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
