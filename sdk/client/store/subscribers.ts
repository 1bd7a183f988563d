// Calls the subscribers of a store in animation frames.
import { globals } from '../dependencies';
import { createListeners } from '../state/listeners';
import { inNextFrame } from './frames';

export interface Subscribers {
  /** Least time between two calls, in milliseconds; 0: each animation frame. */
  intervalMs: number;
  /** Adds a subscriber. Returns a function that removes it. */
  readonly subscribe: (changed: () => void) => () => void;
  /** Calls all subscribers in the next animation frame, or after the interval. */
  readonly notify: () => void;
}

/** The longest interval, one minute: no display is older. */
const longestMs = 60_000;

/** Creates an empty set of subscribers. */
export function createSubscribers(): Subscribers {
  const listeners = createListeners<{ changed: (nothing: undefined) => void }>();
  const subscribed = new Set<() => void>();
  let isDue = false;
  let calledAt = -Infinity;
  let intervalMs = 0;

  function call(): void {
    isDue = false;
    calledAt = Date.now();
    listeners.call('changed', undefined);
  }

  return {
    get intervalMs() {
      return intervalMs;
    },
    set intervalMs(milliseconds) {
      if (!(milliseconds >= 0 && milliseconds <= longestMs)) {
        throw new TypeError(`intervalMs must be from 0 to ${longestMs} milliseconds.`);
      }
      intervalMs = milliseconds;
    },
    subscribe(changed) {
      const remove = listeners.add('changed', changed);
      subscribed.add(remove);
      return () => {
        subscribed.delete(remove);
        remove();
      };
    },
    notify() {
      if (isDue || subscribed.size === 0) return;
      isDue = true;
      const waitMs = calledAt + intervalMs - Date.now();
      const inFrame = () => {
        inNextFrame(call);
      };
      if (waitMs > 0) globals.setTimeout(inFrame, Math.min(waitMs, intervalMs));
      else inFrame();
    },
  };
}
