// What an execution environment remembers of the fan-out lease.
import type { Clock } from '../clock';
import type { LeaseState } from './ports';

/** How long the lease is assumed to be held: if it is not, an event is recorded needlessly, and waits half an interval. */
const rememberedMilliseconds = 250;

/** @param now milliseconds since the Unix epoch */
export function isFree(
  { holder, heldUntil }: Pick<LeaseState, 'holder' | 'heldUntil'>,
  now: number,
): boolean {
  return holder === undefined || heldUntil <= now;
}

export class LeaseMemory {
  /** The greatest `read` that was seen: items are recorded no earlier, whatever the clock says. */
  read = 0;
  private heldAt = -Infinity;

  constructor(private readonly now: Clock) {}

  note(state: LeaseState): void {
    this.read = Math.max(this.read, state.read);
    if (isFree(state, this.now())) this.forgetHeld();
    else this.noteHeld();
  }

  noteHeld(): void {
    this.heldAt = this.now();
  }

  forgetHeld(): void {
    this.heldAt = -Infinity;
  }

  isHeld(): boolean {
    const age = this.now() - this.heldAt;
    return age >= 0 && age < rememberedMilliseconds;
  }
}
