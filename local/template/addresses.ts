// Where this stack's own APIs are reached on one machine: their public addresses, rewritten to local ones.
import { region, urlSuffix } from './pseudo-parameters';

/** The base URLs of the local stack, each without a slash at the end. */
export interface LocalUrls {
  /** The AWS endpoint, e.g. `http://127.0.0.1:4566`. It serves @connections under `/<stage>`, as AWS does. */
  readonly endpointUrl: string;
  /** Where clients open WebSockets, e.g. `ws://localhost:3000`: at the root, without a stage. */
  readonly webSocketUrl: string;
  /** Where the HTTP API answers, e.g. `http://localhost:3000`. */
  readonly httpUrl: string;
}

export interface ApiAddress {
  readonly apiId: string;
  readonly protocol: 'WEBSOCKET' | 'HTTP';
}

/** Rewrites every string in `value` that begins with the public address of one of `apis`. */
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
