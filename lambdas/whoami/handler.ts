// Handles GET /whoami: returns the user, the expiry and the scope of a token.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { noVerdictCode } from '#core/auth/no-verdict';
import type { Log } from '#core/log';
import type { Whoami } from '#core/requests/whoami';

/** The parts of an event of payload format 2.0 that are used. */
export interface WhoamiEvent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: { readonly requestId: string };
}

/**
 * Answers 200 with the user and, if the service has scopes, with the agents that it may see; 401 or 403 with the reason why the token is refused, or 503 if no verdict is possible.
 * Rejects with any other error than an unavailable issuer or table: it is a fault of this service, and becomes a 500.
 */
export function createHandler({ whoami, log }: { readonly whoami: Whoami; readonly log: Log }) {
  return async (event: WhoamiEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestId } = event.requestContext;
    try {
      const verdict = await whoami(authorizationOf(event));
      if (verdict.ok) {
        const { userId, expiresAt, scope } = verdict.value;
        return answer(200, { userId, expiresAt, ...(scope && { agents: scope }) });
      }
      const { code } = verdict;
      log.info('whoami refused', { code, requestId });
      // The same status as for a handshake: the token is valid, but the user has been disconnected.
      return answer(code === 'user_disconnected' ? 403 : 401, { code });
    } catch (error) {
      const code = noVerdictCode(error);
      if (code === 'unexpected_error') throw error;
      log.error('no verdict on a token', { code, requestId, error });
      return answer(503, { code });
    }
  };
}

/**
 * HTTP APIs join the values of a repeated header with commas, and no bearer token contains one.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
function authorizationOf({ headers }: WhoamiEvent): readonly string[] {
  return headers['authorization']?.split(',').map((value) => value.trim()) ?? [];
}

function answer(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { statusCode, headers, body: JSON.stringify(body) };
}
