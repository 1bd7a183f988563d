// Reads the tokens and subprotocols that a client offers in a handshake from API Gateway's event.
import type { Offered } from '#core/auth/offered-token';

type Values = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
type LastValues = Readonly<Record<string, string | undefined>> | null | undefined;

/**
 * The headers of a handshake in the shape of API Gateway's events: names as the client wrote them. Of a repeated header,
 * the first map has the last value, and the second has all values.
 */
export interface HandshakeHeaders {
  readonly headers?: LastValues;
  readonly multiValueHeaders?: Values;
}

/** The headers and the query of a handshake. */
export interface Handshake extends HandshakeHeaders {
  readonly queryStringParameters?: LastValues;
  readonly multiValueQueryStringParameters?: Values;
}

/** The tokens that a handshake offers, by place. */
export function offeredBy(handshake: Handshake): Offered {
  return {
    authorization: headerValues(handshake, 'authorization'),
    subprotocols: offeredSubprotocols(handshake),
    query: queryValues(handshake, 'token'),
  };
}

/** The entries of `Sec-WebSocket-Protocol` in the client's order; one of them may be a token. */
export function offeredSubprotocols(handshake: HandshakeHeaders): readonly string[] {
  return headerValues(handshake, 'sec-websocket-protocol')
    .flatMap((value) => value.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function headerValues(handshake: HandshakeHeaders, name: string): readonly string[] {
  const isNamed = ([key]: [string, unknown]) => key.toLowerCase() === name;
  const all = Object.entries(handshake.multiValueHeaders ?? {}).filter(isNamed);
  const last = Object.entries(handshake.headers ?? {}).filter(isNamed);
  return present(all.length > 0 ? all.flatMap(([, values]) => values) : last.map(([, v]) => v));
}

function queryValues(handshake: Handshake, name: string): readonly string[] {
  return present(
    handshake.multiValueQueryStringParameters?.[name] ?? [handshake.queryStringParameters?.[name]],
  );
}

function present(values: readonly (string | undefined)[]): readonly string[] {
  return values.filter((value) => value !== undefined);
}
