// Says on stderr what happens to the connection, and ends the command if the server refuses the token.
import type { Connection, MissionControl } from '../../client';
import { visibleText } from './visible-text';

export interface ReportOptions {
  /** The URL of the WebSocket. */
  readonly url: string;
  readonly complain: (line: string) => void;
  /** Called if the server refuses the token. @param refusal why, if the server has said so */
  readonly refused: (refusal: string | undefined) => void;
}

/** Reports each state of the connection once: when it is open, and why and when there is another attempt. */
export function reportConnection(client: MissionControl, options: ReportOptions): void {
  const { complain, refused } = options;
  let known: Connection | undefined;
  let isConnected = false;
  client.on('connection', (connection) => {
    const { state, since, reason, refusal } = connection;
    // The other changes are that of `isSynced`, and of the attempt.
    if (known?.state === state && known.since === since) return;
    known = connection;
    if (state === 'unauthorized' || reason === 'token_malformed') {
      refused(refusal);
    } else if (state === 'connected' && !isConnected) {
      isConnected = true;
      complain(`Connected to ${addressOf(options.url)}.`);
    } else if (state === 'waiting' || state === 'offline') {
      isConnected = false;
      complain(waitWords(options.url, connection));
    }
  });
}

/** Returns a URL without its query, which may have a secret. */
export function addressOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

function waitWords(url: string, { retryInMs, reason, code }: Connection): string {
  const when = retryInMs === undefined ? '' : ` in ${Math.ceil(retryInMs / 1000)} s`;
  return `Reconnecting to ${addressOf(url)}${when}: ${reasonWords(reason, code)}.`;
}

/** The reasons of the client. docs/client.md describes them. */
const words: Readonly<Record<string, string>> = {
  token_unavailable: 'nobody answers the request for a token',
  unavailable: 'the server cannot be reached, or is overloaded',
  connect_timeout: 'the server does not respond',
  silent: 'the server has stopped responding',
  token_expired: 'the token has expired',
  replaced: 'a newer connection of the same user has replaced this one',
  rate_limited: 'too many messages or connections',
};

function reasonWords(reason: string | undefined, code: number | undefined): string {
  if (reason !== undefined) {
    return Object.hasOwn(words, reason)
      ? String(words[reason])
      : `the server says: ${visibleText(reason).replace(/\.$/, '')}`;
  }
  return code === undefined || code === 1006
    ? 'the connection was lost'
    : `the connection was closed (${code})`;
}
