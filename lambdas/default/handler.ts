// $default: whatever a client sends. The body of the response is the answer, by way of the route response.
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { serializeFrame } from '../../sdk/protocol';
import type { Answer } from '../core/answer';
import type { Log } from '../core/ports';

export interface MessageEvent {
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly connectionId: string };
}

export function createHandler({ answer, log }: { readonly answer: Answer; readonly log: Log }) {
  return (event: MessageEvent): Promise<APIGatewayProxyStructuredResultV2> => {
    const frame = answer(textOf(event));
    if (frame.type === 'error') {
      const { connectionId } = event.requestContext;
      log.info('frame not understood', { connectionId, code: frame.payload.code });
    }
    return Promise.resolve({ statusCode: 200, body: serializeFrame(frame) });
  };
}

/** Binary messages arrive in base64; a frame is text, so they are read as such. */
function textOf({ body = '', isBase64Encoded = false }: MessageEvent): string {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}
