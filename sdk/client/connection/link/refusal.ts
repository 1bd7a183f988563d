// Why a handshake failed: browsers tell a refused token, a crowd and a broken network no more than Node.js does.
import type { Fetch } from '../../dependencies';

interface Values {
  readonly code?: unknown;
}

export type Refusal = 'refused' | 'rate_limited' | 'unavailable';

/**
 * Why there is no connection. It is `refused` only where the server has said 401 or 403 to this token: in answer to the
 * handshake, or to `GET /whoami` where the handshake's status is hidden. A token that is good there leaves open what
 * else it was, as no answer does: `unavailable`. Never rejects, and never tells the token.
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
    // Here it is a function of its own: a browser refuses to fetch for another object. A token follows no redirect.
    if (status === undefined) {
      const response = await fetch?.(whoamiUrl, {
        headers: { Authorization: `Bearer ${token}` },
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        signal: signal as never,
      });
      // Without its code a 403 is of a firewall before the server, or of a WebSocket API, which knows no such path:
      // https://repost.aws/knowledge-center/waf-block-respond-403-forbidden-error
      const { code } =
        response?.status === 403 ? ((await response.json()) as Values) : { code: '' };
      if (typeof code === 'string') answer = response?.status;
    }
  } catch {
    // No network, or a server that lets no other page read its answers.
  }
  if (answer === 401 || answer === 403) return 'refused';
  return answer === 429 ? 'rate_limited' : 'unavailable';
}
