// Remembers where the list was, so that it is there again after the page of an agent, and after a reload.

export interface ListMemory {
  /** Returns the scroll offset of this list in pixels; 0 if another one was shown. */
  readonly offsetOf: (list: string) => number;
  /** Returns the key of the row that gets the focus if nothing else has it; empty if none does. */
  readonly focusedKey: () => string;
  /** Notes where a list is when it goes. */
  readonly leave: (list: string, offset: number) => void;
  readonly focus: (key: string) => void;
}

const storageKey = 'mission-control-list';

/**
 * Creates a memory. What cannot be stored is remembered until the page is closed.
 * @param storage returns the storage of the tab; it may throw, as reading `sessionStorage` does if the browser blocks it
 */
export function createListMemory(storage: () => Pick<Storage, 'getItem' | 'setItem'>): ListMemory {
  let left = stored(storage);
  let focused = '';
  return {
    offsetOf: (list) => (left.list === list ? left.offset : 0),
    focusedKey: () => focused,
    leave(list, offset) {
      left = { list, offset };
      try {
        storage().setItem(storageKey, JSON.stringify(left));
      } catch {
        // Blocked or full.
      }
    },
    focus(key) {
      focused = key;
    },
  };
}

interface Left {
  readonly list: string;
  readonly offset: number;
}

function stored(storage: () => Pick<Storage, 'getItem'>): Left {
  try {
    const { list, offset } = JSON.parse(storage().getItem(storageKey) ?? '') as Record<
      string,
      unknown
    >;
    // Anything else was not written by this page.
    if (typeof list === 'string' && typeof offset === 'number') return { list, offset };
  } catch {
    // Blocked, empty, or not written by this page.
  }
  return { list: '', offset: 0 };
}
