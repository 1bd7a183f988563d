// Caches the state of the fan-out lease in an execution environment.
import type { Clock } from '../clock';
import type { LeaseState } from './ports';

/**
 * Milliseconds for which the lease is assumed to be held. If it is free, an event is recorded unnecessarily, and waits for
 * half an interval.
 */
const rememberedMilliseconds = 250;

/** @param now milliseconds since the Unix epoch */
export function isFree(
  { holder, heldUntil }: Pick<LeaseState, 'holder' | 'heldUntil'>,
  now: number,
): boolean {
  return holder === undefined || heldUntil <= now;
}

export class LeaseCache {
  /** The greatest known `read` of the lease: `recordedAt` of items is never less, whatever the clock says. */
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
