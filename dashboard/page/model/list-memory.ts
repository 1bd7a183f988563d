// Remembers where the list was, so that it is there again after the page of an agent.

export interface ListMemory {
  /** Returns the scroll offset of this list in pixels; 0 if another one was shown. */
  readonly offsetOf: (list: string) => number;
  /** Returns the key of the row that had the focus last; empty if none had. */
  readonly focusedKey: () => string;
  /** Notes where a list is when it goes. */
  readonly leave: (list: string, offset: number) => void;
  readonly focus: (key: string) => void;
}

/** Creates an empty memory. */
export function createListMemory(): ListMemory {
  let left = { list: '', offset: 0 };
  let focused = '';
  return {
    offsetOf: (list) => (left.list === list ? left.offset : 0),
    focusedKey: () => focused,
    leave(list, offset) {
      left = { list, offset };
    },
    focus(key) {
      focused = key;
    },
  };
}
