// Which requests the local stack accepts: those of programs on this machine, and of its own pages. To listen on
// loopback is not enough: the browser of this machine runs pages of other sites, whose owners can let a DNS name point
// here (DNS rebinding).
import type { IncomingHttpHeaders } from 'node:http';

/** The names that nobody else can own. */
export const loopbackNames = 'localhost, *.localhost, 127.0.0.1 and [::1]';

/**
 * Whether a `Host` header has a name of this machine, with any port. A request without the header is not a browser's.
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
 * Whether a request comes from a page of the same origin, or from a program. Behind a proxy, e.g. of a development
 * server, the browser's header is about the proxy's origin, while `Host` may have changed.
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function isOfSameOrigin(headers: IncomingHttpHeaders): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin';
  // Older browsers do not send it.
  return origin === undefined || origin === `http://${host}`;
}
