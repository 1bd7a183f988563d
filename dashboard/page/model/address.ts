// Keeps the route in the address of the page, and in the history of the tab.
import { formatRoute, parseRoute, type Route } from './route';

/** The parts of a window that are used. */
export interface AddressWindow {
  readonly location: { readonly hash: string };
  readonly history: Pick<History, 'pushState' | 'replaceState'>;
  readonly addEventListener: (type: 'popstate' | 'pagehide', listener: () => void) => void;
  readonly setTimeout: (due: () => void, delayMilliseconds: number) => number;
  readonly clearTimeout: (timer: number | undefined) => void;
}

export interface Address {
  /** Returns the current route: the same object until it changes. */
  readonly read: () => Route;
  /** Calls `changed` after each change, also by a link or by the back button. Returns a function that unsubscribes. */
  readonly subscribe: (changed: () => void) => () => void;
  /** Changes the route, with a new entry in the history. */
  readonly go: (route: Route) => void;
  /** Changes the route without a new entry, e.g. while the user types. */
  readonly replace: (route: Route) => void;
}

/** The delay before a replaced route is written to the address: Safari and Firefox refuse more than ten changes a second. */
export const writeDelayMilliseconds = 300;

/** Creates the address of a window, and listens to it from now on. */
export function createAddress(window: AddressWindow): Address {
  const listeners = new Set<() => void>();
  let route = parseRoute(window.location.hash);
  let timer: number | undefined;

  function show(next: Route): void {
    route = next;
    for (const listener of listeners) listener();
  }

  function write(): void {
    if (timer === undefined) return;
    window.clearTimeout(timer);
    timer = undefined;
    window.history.replaceState(null, '', formatRoute(route));
  }

  window.addEventListener('popstate', () => {
    window.clearTimeout(timer);
    timer = undefined;
    show(parseRoute(window.location.hash));
  });
  window.addEventListener('pagehide', write);

  return {
    read: () => route,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    go(next) {
      write();
      window.history.pushState(null, '', formatRoute(next));
      show(next);
    },
    replace(next) {
      timer ??= window.setTimeout(write, writeDelayMilliseconds);
      show(next);
    },
  };
}
