// Why a handshake failed: browsers tell a refused token from a broken network no more than Node.js does.
import type { Fetch } from './world';

/**
 * Whether it was the token, or whatever else the server minds; not the network. Never rejects.
 * @param status of the answer, if it is known
 */
export async function isRefused(
  status: number | undefined,
  { healthUrl, fetch }: { readonly healthUrl: string; readonly fetch?: Fetch | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  if (status !== undefined) return status === 401 || status === 403;
  // Here it is a function of its own: a browser refuses to fetch for another object.
  if (fetch === undefined) return false;
  try {
    // Any answer will do, so that of a server that other pages may not read, too.
    const options = { mode: 'no-cors', cache: 'no-store', credentials: 'omit' } as const;
    await fetch(healthUrl, { ...options, signal: signal as never });
    return true;
  } catch {
    return false;
  }
}
