// Authorizes handshakes: API Gateway calls it before `$connect`. It returns a policy that allows the handshake, or throws.
import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import type { Authorize } from '#core/auth/authorize';
import { buildAuthorizerContext } from '#lambdas/handshake/authorizer-context';
import { offeredBy, type Handshake } from '#lambdas/handshake/offered';
import { noVerdictCode } from '#core/auth/no-verdict';
import type { Count } from '#core/count';
import type { Log } from '#core/log';
import { HandshakeRefused, type Refusal } from './handshake-refused';

export interface HandshakeEvent extends Handshake {
  readonly methodArn: string;
  readonly requestContext: { readonly requestId: string };
}

/**
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function createHandler(dependencies: {
  readonly authorize: Authorize;
  readonly source: Refusal['source'];
  readonly count: Count;
  readonly log: Log;
}) {
  const { authorize, source, count, log } = dependencies;
  return async (event: HandshakeEvent): Promise<APIGatewayAuthorizerResult> => {
    // The access log has this id as well, so that an operator can find the client of a refused handshake.
    const { requestId } = event.requestContext;
    const authorization = await authorize(offeredBy(event)).catch((error: unknown) => {
      // The token was not refused. Unavailable keys have a metric of their own; any other error is a fault of this service.
      const code = noVerdictCode(error);
      if (code === 'keys_unavailable') count('KeysUnavailable');
      log.error('no verdict on a token', { code, requestId, error });
      throw new Error(`No verdict: ${code}`, { cause: error });
    });
    if (!authorization.ok) {
      const { code, place } = authorization;
      throw new HandshakeRefused({ code, place, requestId, source });
    }
    const { methodArn } = event;
    return {
      principalId: authorization.value.userId,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
      },
      context: buildAuthorizerContext(authorization.value),
    };
  };
}
