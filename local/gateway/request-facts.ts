// Creates the values that API Gateway adds to requests: ids, formatted times, and the bodies of its error messages.
import { randomBytes } from 'node:crypto';

/** A new id in API Gateway's format, e.g. `TXzPWdnOjoECGjA=`. Its last character must be percent-encoded in URLs. */
export function createRequestId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * Formats milliseconds since the Unix epoch as `requestTime`, e.g. `19/Feb/2024:07:21:46 +0000`.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
export function formatRequestTime(epochMilliseconds: number): string {
  const [date = '', time = ''] = new Date(epochMilliseconds).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

/** The ids in each error message of a WebSocket API. */
export interface MessageIds {
  readonly connectionId: string;
  readonly requestId: string;
}

/** The JSON body of a refused handshake, or the message that reports to a client that its message failed. */
export function gatewayMessage(message: string, { connectionId, requestId }: MessageIds): string {
  return JSON.stringify({ message, connectionId, requestId });
}

/** The value of `domainName`: the `Host` header without its port, or `localhost` if there is none. */
export function domainNameOf(host: string | undefined): string {
  return (host ?? 'localhost').replace(/:\d*$/, '');
}
