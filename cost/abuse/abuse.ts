// A kind of abuse, and how often it is done in a day.
import type { Day } from './daily-usage';

export interface Abuse {
  readonly kind: string;
  /** Which limit it meets. */
  readonly bound: string;
  /** With the limits of the first stage; absent for what did not exist. */
  readonly before?: Day;
  readonly now: Day;
}
