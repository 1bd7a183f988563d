// Decides which page of a timeline is read next: the newest one, after each gap, or the one behind what was read.
import type { SessionActivity } from '../../protocol';
import type { HistoryError } from '../connection/history';
import { createAhead, type Ahead } from './ahead';

/** How far a timeline has been read. */
export interface PagesStatus {
  /** Whether a page is awaited. While the client is not synced, it is awaited until it is. */
  readonly isLoading: boolean;
  /** Whether the server may have older events. */
  readonly hasOlder: boolean;
  /**
   * Why the last page could not be read: `code` is e.g. `timeline_off`, if the service keeps no timelines. Undefined as soon as
   * a page is asked for again.
   */
  readonly error: HistoryError | undefined;
}

export interface TimelinePages {
  /** Reads the next page, unless one is being read. */
  readonly load: () => void;
  /** Reads the newest page, because there may be a gap before the events that arrive from now on. */
  readonly readAgain: () => void;
  readonly status: () => PagesStatus;
}

export interface TimelinePagesOptions {
  /** Returns an iteration of the whole timeline. */
  readonly open: () => AsyncIterator<SessionActivity, void>;
  /** The number of events of a page. */
  readonly limit: number;
  /** Returns the newest event that was told; undefined if none was. */
  readonly newest: () => SessionActivity | undefined;
  /** Takes a page. `isNext`: whether there is no gap between the page and what was told before. */
  readonly tell: (page: readonly SessionActivity[], isNext: boolean) => void;
  /** Called when the status has changed. */
  readonly changed: () => void;
  /** Whether nothing is wanted any more. */
  readonly isStopped: () => boolean;
}

/** Begins with the newest page. */
export function createTimelinePages(options: TimelinePagesOptions): TimelinePages {
  const { open, limit, newest, tell, changed, isStopped } = options;
  /** What comes behind the events that were told. */
  let rest: Ahead | undefined;
  let state: 'new' | 'loading' | 'idle' = 'new';
  let error: HistoryError | undefined;
  /** How often the newest page had to be read, and how often it was. */
  let [due, done] = [1, 0];
  /** Whether the newest page was asked for and has not begun to arrive: nothing that was reported until now is missing in it. */
  let isAsked = false;

  /** Reads one page. Returns whether all of it has arrived. */
  async function read(): Promise<boolean> {
    const isNewest = done < due || !rest;
    const target = due;
    const from = isNewest || !rest ? createAhead(open, changed) : rest;
    const until = isNewest ? newest() : undefined;
    isAsked = isNewest;
    const page = await from.take(limit, until, () => (isAsked = false));
    isAsked = false;
    ({ error } = page);
    if (isStopped() || (error && !page.events[0])) return false;
    // What was told before may have been forgotten in the meantime.
    const isNext = !isNewest || (page.isMet && until === newest());
    tell(page.events, isNext);
    if (isNewest) done = target;
    if (!isNext) rest = from;
    return !error;
  }

  async function load(): Promise<void> {
    if (state === 'loading') return;
    [state, error] = ['loading', undefined];
    changed();
    while ((await read()) && done < due);
    state = 'idle';
    changed();
  }

  return {
    load: () => void load(),
    readAgain() {
      if (isAsked) return;
      due += 1;
      void load();
    },
    status: () => ({ isLoading: state !== 'idle', hasOlder: !rest?.isOver(), error }),
  };
}
