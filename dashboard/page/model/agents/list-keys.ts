// The keys that move the focus in a list.

/** The parts of a keyboard event that are used. */
interface PressedKey {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/**
 * Returns the index of the row that gets the focus; undefined if the key does not move it, e.g. with a modifier, which
 * belongs to the browser.
 * @param index of the row with the focus
 * @param count the number of rows
 * @param page the number of rows that Page Up and Page Down move it by
 */
export function nextIndex(
  { key, altKey, ctrlKey, metaKey }: PressedKey,
  index: number,
  count: number,
  page: number,
): number | undefined {
  if (altKey || ctrlKey || metaKey || count === 0) return undefined;
  const targets = new Map([
    ['ArrowDown', index + 1],
    ['ArrowUp', index - 1],
    ['PageDown', index + Math.max(1, page)],
    ['PageUp', index - Math.max(1, page)],
    ['Home', 0],
    ['End', count - 1],
  ]);
  const target = targets.get(key);
  return target === undefined ? undefined : Math.min(count - 1, Math.max(0, target));
}
