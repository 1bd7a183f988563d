// Opens sockets that carry a token, and reads the expiry of tokens. Errors of the client never contain a token.
import { batchSubprotocol, subprotocol, subscribeSubprotocol } from '../../../protocol/subprotocol';
import { globals, type Socket, type SocketConstructor } from '../../dependencies';

/** Where the token is sent: as a subprotocol, in the `Authorization` header, or in the URL. */
export type TokenTransport = 'subprotocol' | 'header' | 'query';

/** If the server does not answer a close, `ws` by default keeps the process alive for 30 s. */
const closeTimeoutMs = 2_000;

type AnySocketConstructor = new (...all: unknown[]) => Socket;

/**
 * Opens a socket that carries the token.
 * @param offer `isSubscribing`: whether the client offers to send `subscribe` first
 * @param tokenTransport where the token is sent; by default, a header with the constructors of `ws` and of Node.js, which can
 * set headers, and a subprotocol with all others
 * @throws the error of the constructor, whose message may contain the token: do not show or log it
 */
export function openSocket(
  WebSocket: SocketConstructor,
  url: string,
  { token, isSubscribing }: { readonly token: string; readonly isSubscribing: boolean },
  tokenTransport: TokenTransport | undefined,
): Socket {
  const isWs = 'on' in ((WebSocket.prototype as object | undefined) ?? {});
  // The existence of `process` proves nothing: Cloudflare Workers and Electron pages have it, but a WebSocket without headers.
  const isNode =
    WebSocket === globals.WebSocket && globals.navigator?.userAgent?.startsWith('Node.js');
  const way = tokenTransport ?? (isWs || isNode ? 'header' : 'subprotocol');
  // Servers without batches read the entry after `mission-control` as the token.
  const further = [batchSubprotocol, ...(isSubscribing ? [subscribeSubprotocol] : [])];
  const protocols =
    way === 'subprotocol' ? [subprotocol, token, ...further] : [...further, subprotocol];
  const to =
    way === 'query'
      ? `${url}${url.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`
      : url;
  const headers = way === 'header' && { headers: { Authorization: `Bearer ${token}` } };
  const Constructor = WebSocket as AnySocketConstructor;
  if (isWs) return new Constructor(to, protocols, { ...headers, closeTimeout: closeTimeoutMs });
  return new Constructor(to, headers ? { protocols, ...headers } : protocols);
}

/** Returns the expiry of a token, in milliseconds since the Unix epoch; undefined if the token does not contain one. */
export function expiryOf(token: string): number | undefined {
  const exp = claimsOf(token).exp;
  return typeof exp === 'number' ? exp * 1000 : undefined;
}

/** Returns the claims of a token, without checking it; none if it is not a JWT. */
export function claimsOf(token: string): { readonly exp?: unknown; readonly sub?: unknown } {
  try {
    const claims = token.replaceAll('-', '+').replaceAll('_', '/').split('.')[1] ?? '';
    return Object(JSON.parse(atob(claims))) as object;
  } catch {
    return {};
  }
}
