// Checks whether a request comes from a program on this machine or from a page of the local stack. Listening on
// loopback is not enough: this machine's browser runs pages of other sites, whose owners can make a DNS name resolve to
// this machine (DNS rebinding).
import type { IncomingHttpHeaders } from 'node:http';

/** The host names that cannot belong to another site. */
export const loopbackNames = 'localhost, *.localhost, 127.0.0.1 and [::1]';

/**
 * Whether a `Host` header has a loopback name, with any port. A missing header is accepted, as browsers always send it.
 * @see https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host === undefined || /^(([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/** Whether a page sent the request. Programs set neither of these headers, and a page's scripts cannot remove them. */
export function isFromPage({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || site !== undefined;
}

/**
 * Whether a request comes from a page of the same origin, or from a program. `Sec-Fetch-Site` has precedence: behind a
 * proxy, e.g. a development server, it compares with the proxy's origin, while the proxy may have changed `Host`.
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function isOfSameOrigin(headers: IncomingHttpHeaders): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (site !== undefined) return site === 'same-origin';
  // Older browsers do not send Sec-Fetch-Site.
  return origin === undefined || origin === `http://${host}`;
}
