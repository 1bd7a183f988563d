// Cold start of `authorizer`.
import { createEmfCount } from '#adapters/observability/emf-metrics';
import { readSettings } from '#wiring/environment';
import { createAuthentication } from '#wiring/authentication';
import { createLog } from '#adapters/observability/logger';
import { metricSource } from '#lambdas/contract/metrics';
import { createAuthorize } from '#core/auth/authorize';
import { noVerdictCode } from '#core/auth/no-verdict';
import { createHandler } from './handler';

const { stage } = readSettings(process.env, ['stage']);
const log = createLog('authorizer');
const { authenticate, fetchKeys } = createAuthentication(process.env);

// Not fatal: the first handshake fetches them again, and reports it if that fails, too.
fetchKeys().catch((error: unknown) => {
  log.warn('keys not fetched at cold start', { code: noVerdictCode(error), error });
});

export const handler = createHandler({
  authorize: createAuthorize({ authenticate }),
  source: { service: metricSource.refusedHandshakes, stage },
  count: createEmfCount('authorizer', stage),
  log,
});
