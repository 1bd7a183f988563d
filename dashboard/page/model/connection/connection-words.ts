// Describes the state of the connection in words.
import type { Connection } from '#sdk/client';
import { refusalWords } from './refusal-words';
import { secondsUntil } from '../text/relative-time';

export interface ConnectionWords {
  /** One or two words. */
  readonly title: string;
  /** What happens next, or why; may be empty. */
  readonly detail: string;
  readonly tone: 'good' | 'busy' | 'bad';
  /** The label of the button; undefined if there is no button. */
  readonly action: string | undefined;
}

/**
 * Describes the state of the connection.
 * @param now in milliseconds since the Unix epoch
 */
export function connectionWords(connection: Connection, now: number): ConnectionWords {
  const { state, attempt, retryInMs, since } = connection;
  const next =
    retryInMs === undefined ? '' : `Next attempt in ${secondsUntil(since + retryInMs, now)} s.`;
  const why = reasonWords(connection);
  const detail = [why, next].filter(Boolean).join(' ');
  switch (state) {
    case 'idle':
      return { title: 'Not connected', detail, tone: 'busy', action: 'Connect' };
    case 'connecting': {
      const nth = attempt > 1 ? `Attempt ${attempt}.` : '';
      return { title: 'Connecting', detail: nth, tone: 'busy', action: undefined };
    }
    case 'connected':
      return { title: 'Connected', detail: '', tone: 'good', action: undefined };
    case 'waiting':
      return { title: 'Waiting', detail, tone: 'bad', action: 'Try now' };
    case 'offline':
      return {
        title: 'Offline',
        detail: ['This device seems to have no network.', next].filter(Boolean).join(' '),
        tone: 'bad',
        action: 'Try now',
      };
    case 'unauthorized':
      return { title: 'Unauthorized', detail, tone: 'bad', action: 'Try now' };
    case 'closed':
      return { title: 'Closed', detail: why, tone: 'bad', action: 'Connect' };
  }
}

/** The maximum number of patterns that the page names. */
const mostPatterns = 3;

/**
 * Lists the patterns of the agents that the user may see, e.g. `team-a/*, team-b/* and 2 more`.
 * @param visibleAgents at least one pattern
 */
export function patternWords(visibleAgents: readonly string[]): string {
  const named = visibleAgents.slice(0, mostPatterns).join(', ');
  const left = visibleAgents.length - mostPatterns;
  return left > 0 ? `${named} and ${left} more` : named;
}

/** Says which agents the user may see; undefined if there is nothing to say, because they are all agents. */
export function visibleWords({ state, visibleAgents }: Connection): string | undefined {
  if (state !== 'connected' || visibleAgents === undefined) return undefined;
  if (visibleAgents.length === 0) return 'You see no agents.';
  return `You see agents: ${patternWords(visibleAgents)}`;
}

/** The texts for the reasons of the client and of the server. An operator's reason is shown as it is. */
const known: Readonly<Record<string, string>> = {
  refused: 'The server refuses the token.',
  token_unavailable: 'There is no token.',
  token_malformed: 'The token is malformed.',
  unavailable: 'The server cannot be reached, or is overloaded.',
  token_expired: 'The token has expired.',
  connect_timeout: 'The server does not respond.',
  silent: 'The server has stopped responding.',
  replaced: 'Too many connections for this user: a newer one has replaced this one.',
  rate_limited: 'Rate limited: too many messages.',
  hidden: 'This page was hidden.',
  max_attempts: 'All attempts have failed.',
};

/** Says why the connection ended, or the attempt failed; empty if there is nothing to say. */
export function reasonWords({ reason, refusal, code }: Connection): string {
  if (refusal !== undefined) return refusalWords(refusal);
  if (reason !== undefined) {
    return Object.hasOwn(known, reason)
      ? String(known[reason])
      : `The server says: ${reason.replace(/[.!]?$/, '.')}`;
  }
  if (code === undefined || code === 1000) return '';
  return code === 1006 ? 'The server cannot be reached.' : `The connection was lost (${code}).`;
}
