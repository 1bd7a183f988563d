// Determines why a handshake failed. The WebSocket of browsers and of Node.js does not expose the status of the response.
import type { Fetch } from '../../dependencies';
import { isCode } from '../log';

type Reason = 'refused' | 'rate_limited' | 'unavailable';

/** Why a handshake failed. */
export interface Refusal {
  readonly reason: Reason;
  /** Whether the server has refused the token. */
  readonly refused?: boolean;
  /** Why it has refused the token: a code of `/whoami`, if there is one. */
  readonly refusal?: string | undefined;
}

/**
 * Determines why a handshake failed, from its status or, if that is unknown, from the answer of `GET /whoami`. Never
 * rejects.
 * @param status HTTP status of the handshake's response, if it is known
 * @param signal aborts the request
 * @returns `refused` after 401 or 403, `rate_limited` after 429, and otherwise `unavailable`, also if `/whoami` accepts the
 * token or does not respond
 */
export async function refusalOf(
  status: number | undefined,
  token: string,
  { whoamiUrl, fetch }: { readonly whoamiUrl: string; readonly fetch?: Fetch | undefined },
  signal: AbortSignal,
): Promise<Refusal> {
  let answer = status;
  let code: unknown;
  try {
    // Browsers require that `fetch` is not called as a method of another object. A redirect must not receive the token.
    if (!status && fetch) {
      const response = await fetch(whoamiUrl, {
        headers: { Authorization: `Bearer ${token}` },
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        signal: signal as never,
      });
      answer = response.status;
      ({ code } = (await response.json()) as { code?: unknown });
    }
  } catch {
    // There is no network, CORS does not allow the page to read the response, or its body is not JSON.
  }
  const refusal = isCode(code) ? code : undefined;
  // A 403 without a code says nothing about the token. It comes from a firewall, or from a WebSocket API, which has no `/whoami`:
  // https://repost.aws/knowledge-center/waf-block-respond-403-forbidden-error
  if (answer === 401 || (answer === 403 && (status ?? refusal))) {
    return { reason: 'refused', refused: true, refusal };
  }
  return { reason: answer === 429 ? 'rate_limited' : 'unavailable' };
}
