// A kind of abuse, with its usage in a day.
import type { Day } from './daily-usage';

export interface Abuse {
  readonly kind: string;
  /** The limit that bounds it. */
  readonly bound: string;
  /** With the limits of the first stage; absent if it was not possible then. */
  readonly before?: Day;
  readonly now: Day;
}
