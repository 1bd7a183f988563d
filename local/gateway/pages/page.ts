// Defines the pages that the gateway serves besides the APIs: the issuer's documents and the dashboard.
import type { IncomingMessage } from 'node:http';
import type { HttpResult } from '../http/http-result';

/** Answers a GET or HEAD request for one path. For HEAD, node:http omits the body. */
export type Page = (request: IncomingMessage) => HttpResult | Promise<HttpResult>;

/** A JSON document that does not depend on the request. */
export function jsonPage(document: unknown, headers: Readonly<Record<string, string>> = {}): Page {
  const body = JSON.stringify(document);
  const all = { 'content-type': 'application/json', ...headers };
  return () => ({ statusCode: 200, headers: all, cookies: [], body });
}
