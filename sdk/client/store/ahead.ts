// Reads a timeline one event ahead, so that it is known whether there are more, and goes on behind the last event after an error.
import type { SessionActivity } from '../../protocol';
import { byNewest } from '../../protocol/timelines';
import type { HistoryError } from '../connection/history';

/** The next events of a timeline. */
interface AheadPage {
  readonly events: readonly SessionActivity[];
  /** Whether `until` is one of the events. */
  readonly isMet: boolean;
  /** Why there are not as many as were asked for; the next call tries again. */
  readonly error: HistoryError | undefined;
}

export interface Ahead {
  /**
   * Returns the next events.
   * @param limit the maximum number of events
   * @param until with this event, or before one that is older, the page ends
   * @param began called when an event has arrived
   */
  readonly take: (
    limit: number,
    until: SessionActivity | undefined,
    began: () => void,
  ) => Promise<AheadPage>;
  /** Whether there are no more events. */
  readonly isOver: () => boolean;
}

/**
 * Begins with the newest event, when it is first asked for some.
 * @param open returns an iteration of the whole timeline
 * @param over called when there are no more events
 */
export function createAhead(
  open: () => AsyncIterator<SessionActivity, void>,
  over: () => void,
): Ahead {
  let iteration = open();
  let last: SessionActivity | undefined;
  let next: Promise<SessionActivity | undefined> | undefined;
  let isOver = false;

  async function step(): Promise<SessionActivity | undefined> {
    try {
      for (;;) {
        const { value } = await iteration.next();
        // Without those that were read before an error. Events with the same timestamp can be in any order.
        if (value && last && value.timestamp > last.timestamp) continue;
        isOver = !value;
        if (isOver) over();
        return value ?? undefined;
      }
    } catch (error) {
      iteration = open();
      next = undefined;
      throw error;
    }
  }

  return {
    async take(limit, until, began) {
      const events: SessionActivity[] = [];
      let isMet = false;
      try {
        while (events.length < limit) {
          const event = await (next ??= step());
          began();
          if (!event || (until && event.timestamp < until.timestamp)) break;
          isMet ||= !!until && byNewest(event, until) === 0;
          events.push((last = event));
          // If it fails, the next page tries again.
          (next = step()).catch(() => undefined);
        }
        return { events, isMet, error: undefined };
      } catch (error) {
        return { events, isMet, error: error as HistoryError };
      }
    },
    isOver: () => isOver,
  };
}
