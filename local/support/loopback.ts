// Who may ask the local stack: programs of this machine and its own pages. It listens on loopback alone, and that is
// not enough: a browser of this machine runs pages of everybody, and whoever owns a name of the DNS can let it point
// here (DNS rebinding).
import type { IncomingHttpHeaders } from 'node:http';

/** The names that nobody else can own. */
export const loopbackNames = 'localhost, *.localhost, 127.0.0.1 and [::1]';

/**
 * Whether a `Host` header has a name of this machine, with any port. Without the header it is no browser's request.
 * @see https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/** Whether a page sent the request: programs set neither header, and no script can take them away. */
export function isFromPage({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || site !== undefined;
}

/**
 * Whether a page of the origin that it asks sent the request, or a program did. Behind a proxy, as of a development
 * server, the browser's word is about the proxy's origin: `Host` may be another one by then.
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function isOfSameOrigin(headers: IncomingHttpHeaders): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin';
  // A browser that does not say it yet.
  return origin === undefined || origin === `http://${host}`;
}
