// Where in a WebSocket handshake the token is.
import { batchSubprotocol, subprotocol } from '#sdk/protocol';
import type { TokenRefusal } from './ports';

type Values = Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
type LastValues = Readonly<Record<string, string | undefined>> | null | undefined;

/**
 * The headers of a handshake, shaped as API Gateway hands them over: names as the client wrote them, and
 * of a name that came more than once the last value in the first map and all values in the second.
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

/** Where a token was found; safe to log. */
export type TokenPlace = 'authorization' | 'subprotocol' | 'query';

export type TokenSearch =
  | { readonly ok: true; readonly token: string; readonly place: TokenPlace }
  | { readonly ok: false; readonly code: TokenRefusal; readonly place?: TokenPlace };

/**
 * Finds the token of a handshake: in `Authorization: Bearer <jwt>`, else as the second entry of
 * `Sec-WebSocket-Protocol: mission-control, <jwt>` or, where `mission-control.batch` is offered, as the entry that
 * is no name of ours, wherever it stands; else as `?token=<jwt>`. The first that is there decides.
 *
 * An Authorization header of another scheme is refused, although a token may follow elsewhere: it says
 * that the client means to be someone, and which of two identities counts must never be a guess.
 */
export function findToken(handshake: Handshake): TokenSearch {
  const authorization = headerValues(handshake, 'authorization');
  if (authorization.length > 0) return bearerToken(authorization);

  const offered = tokensAmong(offeredSubprotocols(handshake));
  if (offered.length > 0) return only(offered, 'subprotocol');

  return only(queryValues(handshake, 'token'), 'query');
}

/** The entries of `Sec-WebSocket-Protocol` in the client's order; one of them may be a token. */
export function offeredSubprotocols(handshake: HandshakeHeaders): readonly string[] {
  return headerValues(handshake, 'sec-websocket-protocol')
    .flatMap((value) => value.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/**
 * Clients that know no batches have their token in second place, and what follows never counted. Those that do
 * offer more than one name, and WebSocket libraries do not all keep the order: a second entry that could be a
 * token makes it ambiguous.
 */
function tokensAmong(offered: readonly string[]): readonly string[] {
  if (offered.includes(batchSubprotocol)) {
    return offered.filter((entry) => entry !== batchSubprotocol && entry !== subprotocol);
  }
  const [first, second] = offered;
  return first === subprotocol && second !== undefined ? [second] : [];
}

function bearerToken(values: readonly string[]): TokenSearch {
  const header = only(values, 'authorization');
  if (!header.ok) return header;
  // The scheme's case does not matter: https://datatracker.ietf.org/doc/html/rfc9110#section-11.1
  const token = /^bearer(?:\s+(.*))?$/is.exec(header.token.trim());
  if (token === null) return { ok: false, code: 'scheme_not_supported', place: 'authorization' };
  return only([token[1] ?? ''], 'authorization');
}

/** The one value there is; two different ones are refused, as a proxy before us may have read the other. */
function only(values: readonly string[], place: TokenPlace): TokenSearch {
  const [value, ...others] = new Set(values);
  if (others.length > 0) return { ok: false, code: 'token_ambiguous', place };
  if (value === undefined) return { ok: false, code: 'token_missing' };
  if (value === '') return { ok: false, code: 'token_missing', place };
  return { ok: true, token: value, place };
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
