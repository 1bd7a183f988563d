// A virtual clock that advances from one timer to the next without waiting.
import type { Timers } from '#core/clock';

interface Timer {
  readonly at: number;
  readonly task: () => void;
  isStopped: boolean;
}

export class VirtualClock implements Timers {
  /** Ticks since the start. */
  private time = 0;
  /** Timers by tick. */
  private readonly due = new Map<number, Timer[]>();
  /** The ticks in `due` as a binary heap, smallest first. */
  private readonly ticks: number[] = [];
  /** Number of timers that have neither run nor been stopped. */
  private waiting = 0;

  /** @param ticksPerMillisecond resolution: timers of the same tick run at the same time, so fewer ticks are faster */
  constructor(private readonly ticksPerMillisecond = 10) {}

  readonly now = () => this.time / this.ticksPerMillisecond;

  after(milliseconds: number, task: () => void): () => void {
    const at = this.time + Math.max(0, milliseconds) * this.ticksPerMillisecond;
    // Rounded up, but not because of rounding errors: 1.2 ms must be 12 ticks, not 13. The earliest tick is the next one.
    const tick = Math.max(Math.ceil(at - 1e-6), this.time + 1);
    const timer = { at, task, isStopped: false };
    const others = this.due.get(tick);
    if (others === undefined) {
      this.due.set(tick, [timer]);
      push(this.ticks, tick);
    } else others.push(timer);
    this.waiting += 1;
    return () => {
      if (timer.isStopped) return;
      timer.isStopped = true;
      this.waiting -= 1;
    };
  }

  /**
   * Advances the time until `work` is done.
   * @throws Error if no timer is left and `work` is not done
   */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    const watched = work.finally(() => (state.done = true));
    watched.catch(() => undefined);
    for (;;) {
      await new Promise((next) => setImmediate(next));
      if (state.done) return watched;
      if (this.waiting === 0) throw new Error('The work waits for something that never happens.');
      this.tick();
    }
  }

  private tick(): void {
    const tick = pop(this.ticks);
    const timers = this.due.get(tick) ?? [];
    this.due.delete(tick);
    const running = timers.filter(({ isStopped }) => !isStopped);
    if (running.length === 0) return;
    this.time = tick;
    for (const timer of running.sort((one, other) => one.at - other.at)) {
      if (timer.isStopped) continue;
      timer.isStopped = true;
      this.waiting -= 1;
      timer.task();
    }
  }
}

/** Adds a value to a binary heap. */
function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((heap[parent] ?? value) <= value) break;
    heap[at] = heap[parent] ?? value;
    at = parent;
  }
  heap[at] = value;
}

/** Removes the smallest value from a binary heap that is not empty. */
function pop(heap: number[]): number {
  const first = heap[0] ?? NaN;
  const last = heap.pop() ?? NaN;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if ((heap[child + 1] ?? Infinity) < (heap[child] ?? Infinity)) child += 1;
    if ((heap[child] ?? Infinity) >= last) break;
    heap[at] = heap[child] ?? last;
    at = child;
  }
  heap[at] = last;
  return first;
}
