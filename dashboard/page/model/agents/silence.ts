// Says when an agent has not reported for long, which its status does not show.
import type { Status } from './filter';
import { durationWords } from '../text/relative-time';

/** An agent that has reported nothing for this time is shown as silent. */
export const silentAfterMilliseconds = 10 * 60_000;

/**
 * Returns e.g. `no report for 12 min`; undefined if the agent has reported recently, or is offline, and need not report.
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
  return `no report for ${durationWords(silentMilliseconds)}`;
}
