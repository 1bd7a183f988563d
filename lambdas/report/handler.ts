// Handles POST /events: reports events of a backend whose token API Gateway has accepted.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { noVerdictCode } from '#core/auth/no-verdict';
import type { Log } from '#core/log';
import { namedAgents } from '#core/named-agents';
import type { ReportEvents } from '#core/reporting/report-events';
import type { Whoami } from '#core/requests/whoami';
import { readBody } from './body';
import { bodyOf, resultOf, statusOf } from './results';

/** The parts of an event of payload format 2.0 that are used. */
export interface ReportEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly requestId: string;
    /** What API Gateway's JWT authorizer adds. */
    readonly authorizer?: { readonly jwt?: unknown };
  };
}

type Verdict =
  | Extract<Awaited<ReturnType<Whoami>>, { readonly ok: true }>
  | { readonly ok: false; readonly answer: APIGatewayProxyStructuredResultV2 };

/** Seconds after which a caller may repeat a request that was answered 503. */
const retryAfterSeconds = '1';

/**
 * Answers 202 if all events were accepted. The other answers are listed in docs/reporting.md. Rejects with any other error
 * than an unavailable issuer or table: it is a fault of this service, and becomes a 500.
 */
export function createHandler(dependencies: {
  readonly whoami: Whoami;
  readonly reportEvents: ReportEvents;
  readonly log: Log;
}) {
  const { whoami, reportEvents, log } = dependencies;

  return async (event: ReportEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestId, authorizer } = event.requestContext;
    if (authorizer?.jwt === undefined) {
      // This happens only if a deployment has no authorizer; then nobody may report.
      log.error('report without authorizer context', { requestId });
      return answer(401, { message: 'Unauthorized' });
    }
    // The token is verified once more: HTTP APIs pass lists as text, do not know the rules for the age and the scope of
    // tokens, and do not know whom an operator has disconnected.
    const verdict = await verdictOn(event);
    if (!verdict.ok) return verdict.answer;
    const body = readBody(event);
    if (!body.ok) return answer(400, { code: 'body_invalid', message: body.message });
    const { userId, scope } = verdict.value;
    const outcomes = await reportEvents(body.events, scope);
    const results = outcomes.map(resultOf);
    const refused = body.events.filter((_, index) => results[index]?.status !== 202);
    logRefusals(results, { requestId, userId, agentIds: namedAgents(refused.map(payloadOf)) });
    return answer(statusOf(results), bodyOf(results, body.isList));
  };

  /** The owner of the token, or the answer that refuses the token. */
  async function verdictOn(event: ReportEvent): Promise<Verdict> {
    const { requestId } = event.requestContext;
    try {
      const verdict = await whoami(authorizationOf(event));
      if (verdict.ok) return verdict;
      const { code } = verdict;
      log.info('report refused', { code, requestId });
      return { ok: false, answer: answer(code === 'user_disconnected' ? 403 : 401, { code }) };
    } catch (error) {
      const code = noVerdictCode(error);
      if (code === 'unexpected_error') throw error;
      log.error('no verdict on a token', { code, requestId, error });
      return { ok: false, answer: answer(503, { code }) };
    }
  }

  function logRefusals(
    results: readonly { readonly status: number }[],
    about: Readonly<Record<'requestId' | 'userId', string>> & {
      readonly agentIds: string | undefined;
    },
  ): void {
    const having = (status: number) => results.filter((result) => result.status === status).length;
    const fields = { invalid: having(400), outOfScope: having(403), unsent: having(503) };
    if (having(202) < results.length) log.warn('events not accepted', { ...about, ...fields });
  }
}

/** The payload of an element of the body, which need not have the form of an event. */
function payloadOf(element: unknown): unknown {
  return ((element ?? {}) as { readonly payload?: unknown }).payload;
}

/** As for `whoami`: HTTP APIs join the values of a repeated header with commas. */
function authorizationOf({ headers }: ReportEvent): readonly string[] {
  return headers['authorization']?.split(',').map((value) => value.trim()) ?? [];
}

function answer(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  const retry = statusCode === 503 ? { 'retry-after': retryAfterSeconds } : {};
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', ...retry };
  return { statusCode, headers, body: JSON.stringify(body) };
}
