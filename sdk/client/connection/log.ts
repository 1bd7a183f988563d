// Writes what a client does as lines of text, for debugging. They never contain a token or the text of a message.
import type { Clock } from './timers';

/** Writes one line; `message` is the text of a message, of which only the size is written. */
export type Log = (line: string, message?: string) => void;

/** Whether a text is a short code, e.g. `token_expired`. Any other text may contain anything, even a token. */
export const isCode = (text: unknown): text is string =>
  typeof text === 'string' && /^[a-z_]{1,30}$/.test(text);

/** Creates a log whose lines begin with the time since now. A function that throws does not disturb the client. */
export function createLog(write: (line: string) => void, clock: Pick<Clock, 'now'>): Log {
  const startedAt = clock.now();
  return (what, message) => {
    const size = message === undefined ? '' : ` (${message.length} characters)`;
    const line = `+${clock.now() - startedAt} ms ${what}${size}`;
    queueMicrotask(() => {
      write(line);
    });
  };
}
