// How a token gets to the server, and what it says about its own end. No token ever becomes part of an error.
import { batchSubprotocol, subprotocol } from '../../../protocol/subprotocol';
import { globals, type Socket, type SocketConstructor } from '../../dependencies';

/** Where the token goes: among the subprotocols, into the Authorization header, or into the URL. */
export type TokenTransport = 'subprotocol' | 'header' | 'query';

/** A server that is frozen does not answer a close: without this, `ws` keeps the program alive for 30 s more. */
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
  // Others have a `process` of Node.js and a WebSocket that takes no headers: Cloudflare Workers, pages of Electron.
  const isNode =
    WebSocket === globals.WebSocket && globals.navigator?.userAgent?.startsWith('Node.js');
  const way = transport ?? (isWs || isNode ? 'header' : 'subprotocol');
  // Servers that know no batches take what follows `mission-control` for the token.
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

/** When a token expires, in milliseconds since the Unix epoch; undefined when it does not say. */
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
