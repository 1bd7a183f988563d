// What keeps a user out whom an operator has sent away: a marker, which tokens that are not newer do not pass.
import type { DisconnectMarker } from './ports';

/** How long a marker lives where no setting says how old a token may be: 30 days. */
const markerHours = 30 * 24;

/**
 * The marker of a user who is sent away now.
 * @param maxTokenHours after which no token is good for anything, so that the marker is of no more use
 */
export function markerOf(now: number, maxTokenHours = markerHours): DisconnectMarker {
  return { disconnectedAt: now, endsAt: now + maxTokenHours * 3_600_000 };
}

/**
 * Whether a marker refuses a token. `iat` is mostly a whole second, so a token may have been issued up to a second
 * later than it says: one of the second of the marker is refused, and so is one that does not say.
 * @param issuedAt milliseconds since the Unix epoch
 */
export function keepsOut(
  marker: DisconnectMarker | undefined,
  issuedAt: number | undefined,
  now: number,
): boolean {
  if (marker === undefined || marker.endsAt <= now) return false;
  return issuedAt === undefined || issuedAt <= marker.disconnectedAt;
}
