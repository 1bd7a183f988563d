// How a token is sent to the server, and when it expires. A token is never part of an error.
import { batchSubprotocol, subprotocol } from '../../../protocol/subprotocol';
import { globals, type Socket, type SocketConstructor } from '../../dependencies';

/** Where the token is sent: as a subprotocol, in the `Authorization` header, or in the URL. */
export type TokenTransport = 'subprotocol' | 'header' | 'query';

/** If the server does not answer a close, `ws` would keep the program alive for 30 s. */
const closeTimeoutMs = 2_000;

type AnySocketConstructor = new (...all: unknown[]) => Socket;

/**
 * Opens a socket that carries the token. Unless told, the token is a header where headers can be set, for which
 * the constructor must be that of `ws` or of Node.js, and else a subprotocol.
 * @throws what the constructor throws, which may have the token in its message: never show it
 */
export function openSocket(
  WebSocket: SocketConstructor,
  url: string,
  token: string,
  transport?: TokenTransport,
): Socket {
  const isWs = 'on' in ((WebSocket.prototype as object | undefined) ?? {});
  // Cloudflare Workers and pages of Electron have Node.js's `process`, but a WebSocket that takes no headers.
  const isNode =
    WebSocket === globals.WebSocket && globals.navigator?.userAgent?.startsWith('Node.js');
  const way = transport ?? (isWs || isNode ? 'header' : 'subprotocol');
  // Servers without batches take the entry after `mission-control` for the token.
  const protocols =
    way === 'subprotocol'
      ? [subprotocol, token, batchSubprotocol]
      : [batchSubprotocol, subprotocol];
  const to =
    way === 'query'
      ? `${url}${url.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`
      : url;
  const headers = way === 'header' && { headers: { Authorization: `Bearer ${token}` } };
  const Constructor = WebSocket as AnySocketConstructor;
  if (isWs) return new Constructor(to, protocols, { ...headers, closeTimeout: closeTimeoutMs });
  return new Constructor(to, headers ? { protocols, ...headers } : protocols);
}

/** When a token expires, in milliseconds since the Unix epoch; undefined if it does not say. */
export function expiryOf(token: string): number | undefined {
  try {
    const [, claims = ''] = token.split('.');
    const json = atob(claims.replaceAll('-', '+').replaceAll('_', '/'));
    const { exp } = JSON.parse(json) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
