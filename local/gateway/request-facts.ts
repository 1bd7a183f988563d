// What API Gateway adds to every request: ids, times, and the body of its own error messages.
import { randomBytes } from 'node:crypto';

/** An id as API Gateway makes them, e.g. `TXzPWdnOjoECGjA=`, whose last character has to be encoded in URLs. */
export function createRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Milliseconds since the Unix epoch in the format of `requestTime`, e.g. `19/Feb/2024:07:21:46 +0000`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function formatRequestTime(epochMilliseconds: number): string {
  const [date = '', time = ''] = new Date(epochMilliseconds).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

/** The ids that a WebSocket API adds to each of its own messages. */
export interface MessageIds {
  readonly connectionId: string;
  readonly requestId: string;
}

/** The body of a refused handshake, and the message to a client whose own message failed. */
export function gatewayMessage(message: string, { connectionId, requestId }: MessageIds): string {
  return JSON.stringify({ message, connectionId, requestId });
}

/** The host that a client asked for, without its port, as `domainName` has it. */
export function domainNameOf(host: string | undefined): string {
  return (host ?? 'localhost').replace(/:\d*$/, '');
}
