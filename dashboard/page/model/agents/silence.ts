// Says when there has been no event of an agent for long, which its status does not show.
import type { Status } from './filter';
import { durationWords } from '../text/relative-time';

/** An agent of which there has been no event for this time is shown as silent. */
export const silentAfterMilliseconds = 10 * 60_000;

/**
 * Returns e.g. `nothing new for 12 min`; undefined if there was an event recently, or if the agent is offline, and need not
 * report. The page does not know more: reports that only prolong the time to live of an agent are not sent to clients.
 * @param lastSeen the time of its newest event, in milliseconds since the Unix epoch, as is `now`
 */
export function silenceWords(
  status: Status,
  lastSeen: number | undefined,
  now: number,
): string | undefined {
  if (status === 'offline' || lastSeen === undefined) return undefined;
  const silentMilliseconds = now - lastSeen;
  if (silentMilliseconds < silentAfterMilliseconds) return undefined;
  return `nothing new for ${durationWords(silentMilliseconds)}`;
}
