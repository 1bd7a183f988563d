// Finds the token among those that a client offers.
import { batchSubprotocol, subprotocol, subscribeSubprotocol } from '#sdk/protocol';
import type { OfferRefusal } from './ports';

/** The values in each of the places where a client can offer a token. */
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
 * `Sec-WebSocket-Protocol: mission-control, <jwt>` or, if `mission-control.batch` or `mission-control.subscribe` is
 * offered, as the entry that is not one of this service's subprotocols, in whatever position; else as `?token=<jwt>`. The
 * first place that has a value counts.
 *
 * An Authorization header with another scheme is refused, even if another place has a token: the header claims an
 * identity, and the service must not choose between two identities.
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

const ours = new Set([subprotocol, batchSubprotocol, subscribeSubprotocol]);

/**
 * Documented clients offer their token as the second entry, and further entries are ignored. Clients with batches or
 * subscriptions offer several subprotocols, and not all WebSocket libraries keep the order: if a second entry could be a
 * token, the token is ambiguous.
 */
function tokensAmong(offered: readonly string[]): readonly string[] {
  if (offered.includes(batchSubprotocol) || offered.includes(subscribeSubprotocol)) {
    return offered.filter((entry) => !ours.has(entry));
  }
  const [first, second] = offered;
  return first === subprotocol && second !== undefined ? [second] : [];
}

function bearerToken(values: readonly string[]): TokenSearch {
  const header = only(values, 'authorization');
  if (!header.ok) return header;
  // The scheme is case-insensitive: https://datatracker.ietf.org/doc/html/rfc9110#section-11.1
  const token = /^bearer(?:\s+(.*))?$/is.exec(header.token.trim());
  if (token === null) return { ok: false, code: 'scheme_not_supported', place: 'authorization' };
  return only([token[1] ?? ''], 'authorization');
}

/** The only value. Two different values are refused, because a proxy in front of the service may have read the other one. */
function only(values: readonly string[], place: TokenPlace): TokenSearch {
  const [value, ...others] = new Set(values);
  if (others.length > 0) return { ok: false, code: 'token_ambiguous', place };
  if (value === undefined) return { ok: false, code: 'token_missing' };
  if (value === '') return { ok: false, code: 'token_missing', place };
  return { ok: true, token: value, place };
}
