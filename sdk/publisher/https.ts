// Sends events with POST /events, with a token instead of AWS credentials.
import { utf8Length } from '../protocol';
import type { AcceptedToken } from './accepted-token';
import { createAcceptedToken, NoTokenError } from './accepted-token';
import { refusalReason } from './challenge';
import { reasonOf, type Failure, type PendingEvent, type Transport } from './transport';

/** The maximum number of events in a request. */
const maxEvents = 100;

/** The maximum size of the body of a request, in bytes. */
const maxBodyBytes = 1024 * 1024;

/** The timeout of a request, in milliseconds. The service may wait for the event bus, and repeat its own requests. */
const timeoutMilliseconds = 10_000;

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The function that sends requests: `globalThis.fetch`, or one for tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpsOptions {
  /** The URL of POST /events, or its origin. */
  readonly url: string;
  readonly getToken: (() => string | Promise<string>) | undefined;
  readonly fetch?: Fetch | undefined;
}

interface SingleEvent {
  readonly events: readonly [PendingEvent];
}

/** @throws TypeError if an option is invalid */
export function createHttps(options: HttpsOptions): Transport<SingleEvent> {
  const { fetch: send = globalThis.fetch, getToken } = options;
  if (typeof getToken !== 'function')
    throw new TypeError('url needs getToken, which must be a function.');
  const url = eventsUrl(options.url);
  const token = createAcceptedToken(getToken);

  return {
    destination: url,
    collects: true,
    take: takeEvents,

    async send(parts) {
      const body = `[${parts.map(({ events: [{ event }] }) => JSON.stringify(event)).join(',')}]`;
      try {
        const answer = await post({ send, url, body }, token);
        return { failures: failuresIn(parts, answer), attemptsMade: answer.attemptsMade };
      } catch (error) {
        const hasToken = !(error instanceof NoTokenError);
        const cause = hasToken ? error : error.cause;
        const reason = `${hasToken ? '' : 'getToken failed: '}${reasonOf(cause)}`;
        const failures = parts.map((part) => ({ part, reason, retryable: true }));
        return { failures, cause, attemptsMade: 1 };
      }
    },

    async prepareRetry() {
      // Nothing is needed: each request reads the current token.
    },

    close() {
      // The connections belong to the process.
    },
  };
}

function eventsUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isSecure = url?.protocol === 'https:';
  const isLocal = url?.protocol === 'http:' && loopbackHosts.has(url.hostname);
  if (url === undefined || !(isSecure || isLocal) || url.username !== '' || url.hash !== '') {
    throw new TypeError(
      'url must be an https URL without credentials and #; http is for this machine only.',
    );
  }
  if (url.pathname === '/') url.pathname = '/events';
  return url.href;
}

function takeEvents(waiting: PendingEvent[]): SingleEvent[] {
  let bytes = 2;
  let count = 0;
  for (const { event } of waiting) {
    // 1 for the comma.
    bytes += utf8Length(JSON.stringify(event)) + 1;
    if (count > 0 && (count === maxEvents || bytes > maxBodyBytes)) break;
    count += 1;
  }
  return waiting.splice(0, count).map((event) => ({ events: [event] }));
}

interface Answer {
  readonly status: number;
  /** The JSON of the body; undefined if it is none. */
  readonly content: unknown;
  /** Why API Gateway refuses the token. */
  readonly refusal: string | undefined;
}

/** Makes a request, and repeats it once with a fresh token if the service refuses the token. */
async function post(
  request: { readonly send: Fetch; readonly url: string; readonly body: string },
  token: AcceptedToken,
): Promise<Answer & { readonly attemptsMade: number }> {
  const first = await token.current();
  const answer = await postOnce(request, first);
  if (!isRefusal(answer)) return { ...answer, attemptsMade: 1 };
  const fresh = await token.insteadOf(first);
  const second = await postOnce(request, fresh);
  if (isRefusal(second)) token.forget(fresh);
  return { ...second, attemptsMade: 2 };
}

async function postOnce(
  { send, url, body }: { readonly send: Fetch; readonly url: string; readonly body: string },
  token: string,
): Promise<Answer> {
  const response = await send(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
    // A token must not follow a redirection to another host.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
  });
  const text = await response.text();
  const { status, headers } = response;
  const refusal = refusalReason(headers.get('www-authenticate'), token);
  return { status, content: jsonIn(text), refusal };
}

/** Whether the service refuses the token, but may accept a newer one. */
function isRefusal({ status, content }: Answer): boolean {
  return status === 401 || (status === 403 && field(content, 'code') === 'user_disconnected');
}

function failuresIn(
  parts: readonly SingleEvent[],
  { status, content, refusal }: Answer,
): Failure<SingleEvent>[] {
  if (status === 202) return [];
  const results = field(content, 'results');
  if (Array.isArray(results) && results.length === parts.length) {
    return parts.flatMap((part, index) => {
      const result: unknown = results[index];
      const one = Number(field(result, 'status'));
      return one === 202
        ? []
        : [{ part, reason: reasonIn(result, one), retryable: isTemporary(one) }];
    });
  }
  const given = reasonIn(content, status);
  const reason = refusal === undefined ? given : `${given}: ${refusal}`;
  return parts.map((part) => ({ part, reason, retryable: isTemporary(status) }));
}

function isTemporary(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function reasonIn(content: unknown, status: number): string {
  for (const name of ['code', 'message']) {
    const value = field(content, name);
    if (typeof value === 'string') return value;
  }
  return `HTTP ${status}`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
