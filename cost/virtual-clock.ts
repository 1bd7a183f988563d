// Time that passes as fast as the work is done, a millisecond at a time.
import type { Timers } from '../lambdas/core/ports';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

export class VirtualClock implements Timers {
  private time = 0;
  /** Timers by the millisecond in which they are due. */
  private readonly due = new Map<number, Set<Timer>>();
  private waiting = 0;

  readonly now = () => this.time;

  after(milliseconds: number, task: () => void): () => void {
    const at = this.time + Math.max(0, milliseconds);
    const tick = Math.max(Math.ceil(at), Math.floor(this.time) + 1);
    const timer = { at, task };
    const others = this.due.get(tick) ?? new Set();
    this.due.set(tick, others.add(timer));
    this.waiting += 1;
    return () => {
      if (others.delete(timer)) this.waiting -= 1;
    };
  }

  /**
   * Lets time pass until `work` is done.
   * @throws when nothing is left to wait for, and it is not
   */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const watched = work.finally(() => (state.done = true));
    watched.catch(() => undefined);
    for (;;) {
      await new Promise((next) => setImmediate(next));
      if (state.done) return watched;
      if (this.waiting === 0) throw new Error('The work waits for what never happens.');
      this.time = Math.floor(this.time) + 1;
      const timers = [...(this.due.get(this.time) ?? [])].sort((one, other) => one.at - other.at);
      this.due.delete(this.time);
      for (const { task } of timers) {
        this.waiting -= 1;
        task();
      }
    }
  }
}
