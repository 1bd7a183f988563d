// A handshake that ends with 401, in the one line that the log has of it.
import type { TokenPlace } from '#core/auth/offered-token';
import type { TokenRefusal } from '#core/auth/ports';

export interface Refusal {
  readonly code: TokenRefusal;
  /** Where the token was found, if there was one. */
  readonly place: TokenPlace | undefined;
  /** As in the access log. */
  readonly requestId: string;
  /** Of whom: by these CloudWatch counts the line. */
  readonly source: { readonly service: string; readonly stage: string };
}

/**
 * Lambda's runtime logs whatever is thrown, with its stack: anybody on the internet could make it write as much as he
 * likes. So this one error is the line, and nothing else is logged: it is serialized as what is to be known of the
 * refusal, and CloudWatch counts these lines (infra/constructs/api/refused-handshakes.ts).
 * @see https://github.com/aws/aws-lambda-nodejs-runtime-interface-client/blob/main/src/LogPatch.js
 */
export class HandshakeRefused extends Error {
  readonly #refusal: Refusal;

  constructor(refusal: Refusal) {
    // By this very text API Gateway answers 401; by any other, 500.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
    super('Unauthorized');
    this.#refusal = refusal;
    // A text, although an empty one: without, the runtime tells API Gateway of another error.
    this.stack = '';
  }

  /** What stands in the line as its `message`. */
  toJSON(): object {
    const { source, ...refusal } = this.#refusal;
    return { ...refusal, ...source };
  }
}
