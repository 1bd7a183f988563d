// How a token gets to the server, and what it says about its own end. No token ever becomes part of an error.
import { subprotocol } from '../protocol/subprotocol';
import { globals, type NodeSocket, type Socket, type SocketConstructor } from './world';

/** Where the token goes: into the second subprotocol, into the Authorization header, or into the URL. */
export type TokenTransport = 'subprotocol' | 'header' | 'query';

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
  const isNode = WebSocket === globals.WebSocket && globals.process?.versions?.node !== undefined;
  const Constructor = WebSocket as AnySocketConstructor;
  const protocols = [subprotocol];
  switch (transport ?? (isWs || isNode ? 'header' : 'subprotocol')) {
    case 'subprotocol':
      return new Constructor(url, [...protocols, token]);
    case 'query': {
      const separator = url.includes('?') ? '&' : '?';
      return new Constructor(`${url}${separator}token=${encodeURIComponent(token)}`, protocols);
    }
    case 'header': {
      const headers = { Authorization: `Bearer ${token}` };
      return isWs
        ? new Constructor(url, protocols, { headers })
        : new Constructor(url, { protocols, headers });
    }
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
