// Determines why a handshake failed. The WebSocket of browsers and of Node.js does not expose the status of the response.
import type { Fetch } from '../../dependencies';

interface Values {
  readonly code?: unknown;
}

export type Refusal = 'refused' | 'rate_limited' | 'unavailable';

/**
 * Determines why a handshake failed, from its status or, if that is unknown, from the status of `GET /whoami`. Never
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
  try {
    // Browsers require that `fetch` is not called as a method of another object. A redirect must not receive the token.
    if (status === undefined) {
      const response = await fetch?.(whoamiUrl, {
        headers: { Authorization: `Bearer ${token}` },
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        signal: signal as never,
      });
      // A 403 without a code says nothing about the token. It comes from a firewall, or from a WebSocket API, which has no `/whoami`:
      // https://repost.aws/knowledge-center/waf-block-respond-403-forbidden-error
      const { code } =
        response?.status === 403 ? ((await response.json()) as Values) : { code: '' };
      if (typeof code === 'string') answer = response?.status;
    }
  } catch {
    // There is no network, or CORS does not allow the page to read the response.
  }
  if (answer === 401 || answer === 403) return 'refused';
  return answer === 429 ? 'rate_limited' : 'unavailable';
}
