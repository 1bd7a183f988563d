// Loads a document of the token issuer over HTTP.
import * as http from 'node:http';
import * as https from 'node:https';
import { answerTo } from './node-answer';
import type { Load } from './issuer-keys';

const headers = { accept: 'application/json', 'user-agent': 'mission-control-realtime' };

/**
 * A loader that times out after `timeoutMilliseconds` and, if the deadline has not passed, tries once more, because a
 * kept-alive connection may have died while the function was frozen. Redirects are refused: only the configured host is
 * trusted.
 */
export function createHttpLoad({ timeoutMilliseconds = 3_500 } = {}): Load {
  const attempt: Load = async (url, deadline) => {
    const milliseconds = Math.min(timeoutMilliseconds, Math.max(1, deadline - Date.now()));
    const { request } = url.startsWith('http:') ? http : https;
    const { status, body } = await answerTo(request(url, { headers }), milliseconds);
    if (status < 200 || status >= 300) throw new Error(`${url} answered HTTP ${status}`);
    return new Uint8Array(body).buffer;
  };
  return (url, deadline) =>
    attempt(url, deadline).catch((error: unknown) => {
      if (Date.now() >= deadline) throw error;
      return attempt(url, deadline);
    });
}
