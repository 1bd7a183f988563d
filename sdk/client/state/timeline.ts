// Merges what a client knows of the timeline of a session: the events that the server has told in pages, and those that came live.
import type { SessionActivity } from '../../protocol';
import { byNewest } from '../../protocol/timelines';

/** What a client knows of a timeline. Both lists have the newest event first, and each event once. */
export interface KnownTimeline {
  /** What the server has told: a part of the timeline without gaps. */
  readonly told: readonly SessionActivity[];
  /** What has come live: others may be missing between them, because of an interruption or of conflation. */
  readonly live: readonly SessionActivity[];
}

export const unknownTimeline: KnownTimeline = { told: [], live: [] };

/** The number of live events that are kept. If there are more, what was told before them has to be told again. */
export const keptLive = 1_000;

/**
 * Returns the events of the timeline that the client can show without a gap, the newest first, and each once: what the server
 * has told, and what came live after the oldest of it. Before the server has told anything: what came live.
 */
export function eventsOf({ told, live }: KnownTimeline): readonly SessionActivity[] {
  return merge(told, live.filter(isAfter(told.at(-1))));
}

/** Adds an event that has come live. */
export function heard({ told, live }: KnownTimeline, event: SessionActivity): KnownTimeline {
  const all = merge(live, [event]);
  return all.length > keptLive ? { told: [], live: all.slice(0, keptLive) } : { told, live: all };
}

/**
 * Adds a page of the server.
 * @param isNext whether there is no gap between the page and what was told before, which it replaces otherwise
 */
export function tell(
  { told, live }: KnownTimeline,
  page: readonly SessionActivity[],
  isNext: boolean,
): KnownTimeline {
  const all = merge(isNext ? told : [], page);
  return { told: all, live: live.filter(isAfter(all.at(-1))) };
}

/** Merges two lists. Of two events that are the same, it keeps that of the first list. */
function merge(
  one: readonly SessionActivity[],
  other: readonly SessionActivity[],
): readonly SessionActivity[] {
  const all = [...one, ...other].sort(byNewest);
  return all.filter((event, index) => {
    const before = all[index - 1];
    return !before || byNewest(before, event) !== 0;
  });
}

function isAfter(oldest: SessionActivity | undefined): (event: SessionActivity) => boolean {
  return (event) => !oldest || byNewest(event, oldest) < 0;
}
