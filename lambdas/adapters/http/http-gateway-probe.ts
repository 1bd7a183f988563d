// Checks over HTTP whether the agent gateway answers.
import type { GatewayProbe } from '#core/requests/ports';

/** Any HTTP status below 500 within `timeoutMilliseconds` means that the gateway answers. */
export function createHttpGatewayProbe(timeoutMilliseconds = 1_000): GatewayProbe {
  return async (url) => {
    try {
      const signal = AbortSignal.timeout(timeoutMilliseconds);
      const response = await fetch(url, { redirect: 'manual', signal });
      await response.body?.cancel();
      return response.status < 500 ? 'connected' : 'disconnected';
    } catch {
      return 'disconnected';
    }
  };
}
