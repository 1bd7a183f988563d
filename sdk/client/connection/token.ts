// How a token gets to the server, and what it says about its own end. No token ever becomes part of an error.
import { batchSubprotocol, subprotocol } from '../../protocol/subprotocol';
import { globals, type NodeSocket, type Socket, type SocketConstructor } from '../dependencies';

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
  const isWs = (WebSocket.prototype as NodeSocket | undefined)?.on !== undefined;
  // Others have a `process` of Node.js and a WebSocket that takes no headers: Cloudflare Workers, pages of Electron.
  const isNode =
    WebSocket === globals.WebSocket && globals.navigator?.userAgent?.startsWith('Node.js') === true;
  const Constructor = WebSocket as AnySocketConstructor;
  // Servers that know no batches take what follows `mission-control` for the token.
  const protocols = [batchSubprotocol, subprotocol];
  const open = (to: string, offered: readonly string[], headers?: object) =>
    isWs
      ? new Constructor(to, offered, { ...(headers && { headers }), closeTimeout: closeTimeoutMs })
      : new Constructor(to, headers ? { protocols: offered, headers } : offered);
  switch (transport ?? (isWs || isNode ? 'header' : 'subprotocol')) {
    case 'subprotocol':
      return open(url, [subprotocol, token, batchSubprotocol]);
    case 'query': {
      const separator = url.includes('?') ? '&' : '?';
      return open(`${url}${separator}token=${encodeURIComponent(token)}`, protocols);
    }
    case 'header':
      return open(url, protocols, { Authorization: `Bearer ${token}` });
  }
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
