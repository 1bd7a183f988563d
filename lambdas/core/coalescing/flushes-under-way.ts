// Flushes of one holder that have begun and not ended: they may overlap, each lane at its own pace.
import type { Lane } from '../connections/ports';
import type { Flushing } from './ports';

export class FlushesUnderWay {
  /** The flush to connections without batches, which may outlast several others. */
  private single: Promise<void> | undefined;
  /** What has begun and not ended: flushes that wait for stragglers, and what is told of flushes. */
  private readonly unsettled = new Set<Promise<void>>();
  /** Until all flushes so far have ended in that lane: lanes are done in the order of flushes. */
  private readonly ended = { batched: Promise.resolve(), single: Promise.resolve() };

  /** @param onLaneEnded told when a flush and those before it have ended in a lane, stragglers and all, and of its cursor */
  constructor(private readonly onLaneEnded: (lane: Lane, cursor: number) => void) {}

  /** @param cursor up to where pending events had been read when the flush began */
  begin(flushing: Flushing, lanes: readonly Lane[], cursor: number): void {
    for (const lane of lanes) {
      const ended = Promise.all([this.ended[lane], flushing[lane]]).then(() => {
        this.onLaneEnded(lane, cursor);
      });
      this.ended[lane] = ended;
      this.settleLater(ended);
    }
    if (!lanes.includes('single')) return;
    this.single = flushing.served.single.then(() => {
      this.single = undefined;
    });
  }

  /** Counts a task as under way until it has ended. */
  settleLater(task: Promise<void>): void {
    this.unsettled.add(task);
    void task.finally(() => this.unsettled.delete(task)).catch(() => undefined);
  }

  /** Whether the next flush to connections without batches must wait. */
  isSingleBusy(): boolean {
    return this.single !== undefined;
  }

  isSettled(): boolean {
    return this.unsettled.size === 0;
  }

  isAny(): boolean {
    return this.isSingleBusy() || !this.isSettled();
  }

  /** Until all connections without batches are served, but for stragglers. */
  async singleServed(): Promise<void> {
    await this.single;
  }

  /** Until something may begin that had to wait. */
  async nextChange(): Promise<void> {
    await (this.single ?? this.settled());
  }

  async settled(): Promise<void> {
    await Promise.all(this.unsettled);
  }
}
