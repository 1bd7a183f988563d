// Handles $default: any message of a client. API Gateway sends the response's body to the client (route response).
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Answer } from '#core/requests/answer';
import { parseAuthorizerContext } from '#lambdas/handshake/authorizer-context';
import { deadlineOf } from '#core/deadline';
import type { Clock } from '#core/clock';
import type { Log } from '#core/log';

export interface MessageEvent {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly connectionId: string;
    /** Milliseconds since the Unix epoch. */
    readonly connectedAt: number;
    /** API Gateway keeps the authorizer's context of the handshake. */
    readonly authorizer?: unknown;
  };
}

export function createHandler(dependencies: {
  readonly answer: Answer;
  readonly now: Clock;
  readonly log: Log;
}) {
  const { answer, now, log } = dependencies;

  return async (
    event: MessageEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const { connectionId, connectedAt, authorizer } = event.requestContext;
    const token = parseAuthorizerContext(authorizer);
    if (token === undefined) {
      log.error('message without authorizer context', { connectionId });
      return { statusCode: 401 };
    }
    const deadline = deadlineOf(now(), context.getRemainingTimeInMillis());
    const { userId, expiresAt } = token;
    const connection = { userId, connectionId, connectedAt, expiresAt };
    const body = await answer(textOf(event), connection, deadline);
    return body === undefined ? { statusCode: 200 } : { statusCode: 200, body };
  };
}

/** Binary messages arrive in base64. All messages are text, so they are decoded as text. */
function textOf({ body = '', isBase64Encoded = false }: MessageEvent): string {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}
