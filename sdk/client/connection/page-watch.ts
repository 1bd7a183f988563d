// Watches the page while the client is in use: whether it is online and visible, and whether it has been hidden for too long.
import type { Page, PageEvent } from '../dependencies';
import { createTimers, type Clock } from './timers';
import type { Timing } from './timing';

export interface PageWatch {
  /** Takes the current visibility as known; a hidden page counts as hidden from now on. */
  readonly look: () => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** `visible`: the page was hidden before. `hidden`: the client should do without a connection until it is visible. */
export type PageNews = 'visible' | 'hidden';

/**
 * Creates a watch that is stopped.
 * @param changed called when the page may have changed
 */
export function createPageWatch(
  { page, clock, timing }: { readonly page: Page; readonly clock: Clock; readonly timing: Timing },
  changed: (news?: PageNews) => void,
): PageWatch {
  const timers = createTimers(clock);
  let isVisible: boolean;
  let unsubscribe: (() => void) | undefined;

  function leave(): void {
    isVisible = false;
    timers.stopAll();
    changed('hidden');
  }

  function look(): void {
    ({ isVisible } = page);
    timers.stopAll();
    if (!isVisible) timers.start('hidden', timing.leaveWhenHiddenMs, leave);
  }

  function check(event?: PageEvent): void {
    // The page may enter the back/forward cache only without an open connection: https://web.dev/articles/bfcache
    // It is still visible at this moment: https://github.com/whatwg/html/issues/3957
    if (event?.type === 'pagehide') leave();
    else {
      const wasVisible = isVisible;
      if (page.isVisible !== wasVisible) look();
      changed(isVisible && !wasVisible ? 'visible' : undefined);
    }
  }

  return {
    look,
    start() {
      unsubscribe ??= page.subscribe(check);
    },
    stop() {
      timers.stopAll();
      unsubscribe?.();
      unsubscribe = undefined;
    },
  };
}
