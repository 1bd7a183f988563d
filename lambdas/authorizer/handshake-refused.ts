// The error that refuses a handshake with 401. It is also the only log line of the refusal.
import type { TokenPlace } from '#core/auth/offered-token';
import type { TokenRefusal } from '#core/auth/ports';

export interface Refusal {
  readonly code: TokenRefusal;
  /** Where the token was found; undefined if there was none. */
  readonly place: TokenPlace | undefined;
  /** The same as in the access log. */
  readonly requestId: string;
  /** CloudWatch counts the lines by these. */
  readonly source: { readonly service: string; readonly stage: string };
}

/**
 * Lambda's runtime logs every thrown error with its stack, so that an attacker could fill the log. Therefore this error is
 * the whole log line, and nothing else is logged: it is serialized as the details of the refusal, and
 * CloudWatch counts the lines (infra/constructs/api/refused-handshakes.ts).
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/LogPatch.js
 */
export class HandshakeRefused extends Error {
  readonly #refusal: Refusal;

  constructor(refusal: Refusal) {
    // For exactly this message API Gateway answers 401; for any other, 500.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    super('Unauthorized');
    this.#refusal = refusal;
    // It must be a string, even if empty: otherwise the runtime reports another error to API Gateway.
    this.stack = '';
  }

  /** The `message` of the log line. */
  toJSON(): object {
    const { source, ...refusal } = this.#refusal;
    return { ...refusal, ...source };
  }
}
