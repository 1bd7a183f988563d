// Puts a number before a noun.

/** Returns e.g. `1 event` or `1,234 events`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? noun : plural}`;
}
