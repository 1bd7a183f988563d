// Time, as the rules ask for it: tests give a clock of their own.

/** Tells the time in milliseconds since the Unix epoch. */
export type Clock = () => number;

export interface Timers {
  /** Runs `task` once, `milliseconds` from now; what it gives stops it. */
  after(milliseconds: number, task: () => void): () => void;
}
