// Says how far the messages of a session are shown, and why there are no others.
import type { SessionHistory } from '#sdk/client';

/**
 * Returns what is said below the earlier messages of a session; empty if there may be older ones.
 * @param count the number of messages that are shown
 */
export function timelineWords(
  { isLoading, hasOlder, error }: Pick<SessionHistory, 'isLoading' | 'hasOlder' | 'error'>,
  count: number,
): string {
  if (isLoading) return 'Loading messages…';
  if (isOff(error)) {
    return count === 0
      ? 'This service does not keep earlier messages.'
      : 'This service does not keep earlier messages: these are those that this page has received.';
  }
  if (error !== undefined)
    return `Earlier messages could not be loaded: ${problemWords(error.code)}`;
  if (hasOlder) return '';
  return count === 0
    ? 'The service has no earlier messages of this session.'
    : 'The service has no messages before these.';
}

/** Whether it makes no sense to ask again: the service keeps no timelines, or is older than they are. */
export function isOff(error: SessionHistory['error']): boolean {
  return error?.code === 'timeline_off' || error?.code === 'unknown_type';
}

function problemWords(code: string): string {
  switch (code) {
    case 'agent_not_visible':
      return 'you may not see this agent.';
    case 'rate_limited':
      return 'there were too many requests just now.';
    case 'closed':
      return 'the page is not connected.';
    default:
      return 'the service could not answer.';
  }
}
