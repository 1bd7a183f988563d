// The clock and the timers that core uses; tests replace both.

/** Returns the current time in milliseconds since the Unix epoch. */
export type Clock = () => number;

export interface Timers {
  /** Runs `task` once, `milliseconds` from now. The function that it returns cancels the timer. */
  after(milliseconds: number, task: () => void): () => void;
}
