// Creates and evaluates the marker of a disconnected user, which refuses all tokens that are not newer.
import type { DisconnectMarker } from './ports';

/** The lifetime of a marker in hours if no setting limits the age of tokens: 30 days. */
const markerHours = 30 * 24;

/**
 * The marker of a user who is disconnected now.
 * @param maxTokenHours the maximum age of a token: after it, every older token has expired, so the marker can expire, too
 */
export function markerOf(now: number, maxTokenHours = markerHours): DisconnectMarker {
  return { disconnectedAt: now, endsAt: now + maxTokenHours * 3_600_000 };
}

/**
 * Whether a marker refuses a token. `iat` is usually a whole second, so a token may have been issued up to a second
 * later than its `iat`: a token of the marker's own second is refused, and so is a token without `iat`.
 * @param issuedAt milliseconds since the Unix epoch
 */
export function refusesToken(
  marker: DisconnectMarker | undefined,
  issuedAt: number | undefined,
  now: number,
): boolean {
  if (marker === undefined || marker.endsAt <= now) return false;
  return issuedAt === undefined || issuedAt <= marker.disconnectedAt;
}
