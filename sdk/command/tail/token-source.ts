// Finds the token: in the environment, or at a local stack, which gives one to every program on its machine.
import { UsageError } from '../arguments';
import { visibleText } from './visible-text';

export interface TokenOptions {
  /** The URL of the WebSocket. */
  readonly url: string;
  /** The value of `MISSION_CONTROL_TOKEN`. */
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  /** Called if there is no token, and no further attempt would find one. */
  readonly fail: (error: UsageError) => void;
}

/**
 * Returns a function that returns a token. It rejects if the local stack does not answer: it may be starting.
 * @throws {UsageError} if there is no token, or if it cannot be one
 */
export function tokenSource(options: TokenOptions): () => Promise<string> {
  const { url, fail } = options;
  const token = options.token?.trim() ?? '';
  if (token !== '') {
    if (/[^!-~]/.test(token)) throw new UsageError('MISSION_CONTROL_TOKEN is not a token.');
    return () => Promise.resolve(token);
  }
  const { host, hostname } = new URL(url);
  if (!/^(([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])$/i.test(hostname)) {
    throw new UsageError(`MISSION_CONTROL_TOKEN must be set to a token that ${host} accepts.`);
  }
  const origin = new URL(url).origin.replace(/^ws/, 'http');
  return async () => {
    const response = await options.fetch(`${origin}/token`, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const text = await response.text();
    if (response.ok && /^[\w-]+(\.[\w-]+){2}$/.test(text)) return text;
    // A server error may pass.
    if (response.status < 500) fail(new UsageError(adviceOf(origin, response, text)));
    throw new Error(`${origin} gives no token.`);
  };
}

const timeoutMilliseconds = 10_000;

function adviceOf(origin: string, { status }: Response, text: string): string {
  const advice = 'Set MISSION_CONTROL_TOKEN to a token';
  // A stack with scopes says which claim the token needs, and which command prints such a token.
  return status === 400
    ? `${visibleText(text.slice(0, 400)).replace(/[.!]?$/, '.')} ${advice}.`
    : `${origin} gives no tokens, as a local stack does. ${advice}, or --url to another URL.`;
}
