// Keeps what the user has chosen for this browser. The page also works if the browser refuses to store anything.

/** The choices that are kept. */
export type PreferenceName = 'announcements' | 'notifications' | 'dense';

export interface Preferences {
  /** Returns whether something is on; undefined if the user has not chosen. */
  readonly read: (name: PreferenceName) => boolean | undefined;
  readonly write: (name: PreferenceName, isOn: boolean) => void;
  /** Calls `changed` after each `write`. Returns a function that unsubscribes. */
  readonly subscribe: (changed: () => void) => () => void;
}

const keyOf = (name: PreferenceName) => `mission-control-${name}`;

/**
 * Creates preferences. A choice that cannot be stored holds until the page is closed.
 * @param storage returns the storage; it may throw, as reading `localStorage` does if the browser blocks it
 */
export function createPreferences(
  storage: () => Pick<Storage, 'getItem' | 'setItem'>,
): Preferences {
  const listeners = new Set<() => void>();
  /** What was written or read: React reads at each render, and storage is slow. */
  const known = new Map<PreferenceName, boolean | undefined>();
  return {
    read(name) {
      if (!known.has(name)) known.set(name, stored(storage, keyOf(name)));
      return known.get(name);
    },
    write(name, isOn) {
      known.set(name, isOn);
      try {
        storage().setItem(keyOf(name), isOn ? 'on' : 'off');
      } catch {
        // Blocked or full.
      }
      for (const listener of listeners) listener();
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

function stored(storage: () => Pick<Storage, 'getItem'>, key: string): boolean | undefined {
  try {
    const text = storage().getItem(key);
    // Anything else was not written by this page.
    return text === 'on' || text === 'off' ? text === 'on' : undefined;
  } catch {
    return undefined;
  }
}
