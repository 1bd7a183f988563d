// Which of the tokens that a client has offered counts.
import { batchSubprotocol, subprotocol } from '#sdk/protocol';
import type { OfferRefusal } from './ports';

/** Where a client may put its token, and what it has put there. */
export interface Offered {
  /** The values of all Authorization headers. */
  readonly authorization?: readonly string[];
  /** The subprotocols in the client's order; one of them may be a token. */
  readonly subprotocols?: readonly string[];
  /** The values of all query parameters `token`. */
  readonly query?: readonly string[];
}

/** Where a token was found; safe to log. */
export type TokenPlace = 'authorization' | 'subprotocol' | 'query';

export type TokenSearch =
  | { readonly ok: true; readonly token: string; readonly place: TokenPlace }
  | { readonly ok: false; readonly code: OfferRefusal; readonly place?: TokenPlace };

/**
 * Finds the token: in `Authorization: Bearer <jwt>`, else as the second entry of
 * `Sec-WebSocket-Protocol: mission-control, <jwt>` or, where `mission-control.batch` is offered, as the entry that
 * is no name of ours, wherever it stands; else as `?token=<jwt>`. The first that is there decides.
 *
 * An Authorization header of another scheme is refused, although a token may follow elsewhere: it says
 * that the client means to be someone, and which of two identities counts must never be a guess.
 */
export function findToken({
  authorization = [],
  subprotocols = [],
  query = [],
}: Offered): TokenSearch {
  if (authorization.length > 0) return bearerToken(authorization);
  const offered = tokensAmong(subprotocols);
  return offered.length > 0 ? only(offered, 'subprotocol') : only(query, 'query');
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
