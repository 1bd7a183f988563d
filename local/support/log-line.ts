// Defines the log lines of functions and of the local stack itself, and splits output into lines.

export interface LogLine {
  /** A function's name, or `stack` for the local stack itself. */
  readonly source: string;
  readonly stream: 'stdout' | 'stderr';
  /** One line, without its line break. */
  readonly text: string;
}

export type WriteLogLine = (line: LogLine) => void;

/** Splits a stream of text into lines. Call `end` at its end: the last line may have no line break. */
export function lineSplitter(onLine: (line: string) => void) {
  let rest = '';
  return {
    write(chunk: string) {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    },
    end() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
