// Loads a document of the token issuer over HTTP.
import type { Load } from './issuer-keys';

/**
 * A loader that gives up after `timeoutMilliseconds` and tries once more: a kept-alive connection may have
 * died while the function was frozen. Redirects are refused: the configuration names who is trusted.
 */
export function createHttpLoad({ timeoutMilliseconds = 1500 } = {}): Load {
  const attempt: Load = async (url) => {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
      headers: { accept: 'application/json' },
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`${url} answered HTTP ${response.status}`);
    }
    return response.arrayBuffer();
  };
  return (url) => attempt(url).catch(() => attempt(url));
}
