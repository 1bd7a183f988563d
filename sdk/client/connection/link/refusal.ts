// Why a handshake failed: browsers tell a refused token, a crowd and a broken network no more than Node.js does.
import type { Fetch } from '../../dependencies';

interface Values {
  readonly code?: unknown;
}

export type Refusal = 'refused' | 'rate_limited' | 'unavailable';

/**
 * Why there is no connection. `refused` only if the server answered 401 or 403 to this token: to the handshake, or to
 * `GET /whoami` if the status of the handshake is hidden. If `/whoami` accepts the token, or does not answer, the cause is
 * unknown: `unavailable`. Never rejects, and never shows the token.
 * @param status of the handshake's answer, if it is known
 */
export async function refusalOf(
  status: number | undefined,
  token: string,
  { whoamiUrl, fetch }: { readonly whoamiUrl: string; readonly fetch?: Fetch | undefined },
  signal: AbortSignal,
): Promise<Refusal> {
  let answer = status;
  try {
    // Called without an object, which browsers require of fetch. A redirect must not get the token.
    if (status === undefined) {
      const response = await fetch?.(whoamiUrl, {
        headers: { Authorization: `Bearer ${token}` },
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        signal: signal as never,
      });
      // A 403 without a code comes from a firewall in front of the server, or from a WebSocket API, which has no such path:
      // https://repost.aws/knowledge-center/waf-block-respond-403-forbidden-error
      const { code } =
        response?.status === 403 ? ((await response.json()) as Values) : { code: '' };
      if (typeof code === 'string') answer = response?.status;
    }
  } catch {
    // No network, or CORS forbids this page to read the answer.
  }
  if (answer === 401 || answer === 403) return 'refused';
  return answer === 429 ? 'rate_limited' : 'unavailable';
}
