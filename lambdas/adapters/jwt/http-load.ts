// Loads a document of the token issuer over HTTP.
import type { Load } from './issuer-keys';

/**
 * A loader that times out after `timeoutMilliseconds` and, if the deadline has not passed, tries once more, because a
 * kept-alive connection may have died while the function was frozen. Redirects are refused: only the configured host is
 * trusted.
 */
export function createHttpLoad({ timeoutMilliseconds = 3_500 } = {}): Load {
  const attempt: Load = async (url, deadline) => {
    const milliseconds = Math.min(timeoutMilliseconds, Math.max(1, deadline - Date.now()));
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(milliseconds),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url} answered HTTP ${response.status}`);
    }
    return response.arrayBuffer();
  };
  return (url, deadline) =>
    attempt(url, deadline).catch((error: unknown) => {
      if (Date.now() >= deadline) throw error;
      return attempt(url, deadline);
    });
}
