// Replaces the public addresses of the template's APIs by local ones.
import { region, urlSuffix } from './pseudo-parameters';

/** The base URLs of the local stack, each without a trailing slash. */
export interface LocalUrls {
  /** The AWS endpoint, e.g. `http://127.0.0.1:4566`. As on AWS, the path of @connections begins with `/<stage>`. */
  readonly endpointUrl: string;
  /** The WebSocket API, e.g. `ws://localhost:3000`: its path has no stage. */
  readonly webSocketUrl: string;
  /** The HTTP API, e.g. `http://localhost:3000`. */
  readonly httpUrl: string;
}

export interface ApiAddress {
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
}

/**
 * Replaces the public address at the beginning of every string in `value`: `wss://` by the WebSocket URL, and `https://`
 * by the AWS endpoint for a WebSocket API, by the HTTP URL for an HTTP API.
 */
export function localize(value: unknown, apis: readonly ApiAddress[], urls: LocalUrls): unknown {
  if (typeof value === 'string') return localizeText(value, apis, urls);
  if (Array.isArray(value)) return value.map((item) => localize(item, apis, urls));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, localize(item, apis, urls)]),
  );
}

function localizeText(text: string, apis: readonly ApiAddress[], urls: LocalUrls): string {
  for (const { apiId, protocol } of apis) {
    const host = `${apiId}.execute-api.${region}.${urlSuffix}`;
    const secure = `https://${host}`;
    if (text.startsWith(secure)) {
      const base = protocol === 'WEBSOCKET' ? urls.endpointUrl : urls.httpUrl;
      return base + text.slice(secure.length);
    }
    const socket = `wss://${host}`;
    if (text.startsWith(socket)) {
      return urls.webSocketUrl + text.slice(socket.length).replace(/^\/[^/?]*/, '');
    }
  }
  return text;
}
