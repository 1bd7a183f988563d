// Watches whether the page is online and visible, while the client is in use.
import type { Page } from '../dependencies';

export interface PageWatch {
  /** Takes the current visibility as known. */
  readonly look: () => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/**
 * Creates a watch that is stopped.
 * @param changed called when the page may have changed; `becameVisible` if it was hidden before
 */
export function createPageWatch(page: Page, changed: (becameVisible: boolean) => void): PageWatch {
  let { isVisible } = page;
  let unsubscribe: (() => void) | undefined;

  function look(): void {
    ({ isVisible } = page);
  }

  function check(): void {
    const wasVisible = isVisible;
    look();
    changed(isVisible && !wasVisible);
  }

  return {
    look,
    start() {
      unsubscribe ??= page.subscribe(check);
    },
    stop() {
      unsubscribe?.();
      unsubscribe = undefined;
    },
  };
}
