// Time that passes as fast as the work is done: from one timer to the next.
import type { Timers } from '#core/clock';

interface Timer {
  readonly at: number;
  readonly task: () => void;
  isStopped: boolean;
}

export class VirtualClock implements Timers {
  /** Ticks since the beginning. */
  private time = 0;
  private readonly due = new Map<number, Timer[]>();
  /** A binary heap of the ticks in `due`: the first is the smallest. */
  private readonly ticks: number[] = [];
  private waiting = 0;

  /** @param ticksPerMillisecond what is due in the same tick happens at the same time: fewer are faster */
  constructor(private readonly ticksPerMillisecond = 10) {}

  readonly now = () => this.time / this.ticksPerMillisecond;

  after(milliseconds: number, task: () => void): () => void {
    const at = this.time + Math.max(0, milliseconds) * this.ticksPerMillisecond;
    // At the earliest in the next tick, and never early: rounding must not make of 1.2 ms 12.000000000000002 ticks.
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

/** Of a heap that is not empty. */
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
