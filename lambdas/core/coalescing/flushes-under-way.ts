// Tracks the flushes of one holder that have not ended. They may overlap, because each lane has its own pace.
import type { Lane } from '../connections/ports';
import type { Flushing } from './ports';

export class FlushesUnderWay {
  /** The flush to connections without batches, which may outlast several others. */
  private single: Promise<void> | undefined;
  /** Tasks that have not ended: flushes that wait for stragglers, and calls of `onFlushed`. */
  private readonly unsettled = new Set<Promise<void>>();
  /** By lane, resolves when all flushes so far have ended, so that cursors advance in the order of flushes. */
  private readonly ended = { batched: Promise.resolve(), single: Promise.resolve() };

  /** @param onLaneEnded called with a flush's cursor when it and all flushes before it have ended in a lane, stragglers included */
  constructor(private readonly onLaneEnded: (lane: Lane, cursor: number) => void) {}

  /** @param cursor the position up to which pending events had been read when the flush began */
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

  /** Whether the next flush to connections without batches has to wait. */
  isSingleBusy(): boolean {
    return this.single !== undefined;
  }

  isSettled(): boolean {
    return this.unsettled.size === 0;
  }

  isAny(): boolean {
    return this.isSingleBusy() || !this.isSettled();
  }

  /** Resolves when all connections without batches are served, except for stragglers. */
  async whenSingleLaneIsFree(): Promise<void> {
    await this.single;
  }

  /** Resolves when a flush that had to wait may begin. */
  async nextChange(): Promise<void> {
    await (this.single ?? this.settled());
  }

  async settled(): Promise<void> {
    await Promise.all(this.unsettled);
  }
}
