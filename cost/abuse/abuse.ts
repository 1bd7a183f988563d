// The type of one kind of abuse and its usage in a day.
import type { Day } from './daily-usage';

export interface Abuse {
  readonly kind: string;
  /** The limit that bounds it, as text for the table. */
  readonly bound: string;
  /** The usage with the limits of the first stage. Absent if this abuse was not possible then. */
  readonly before?: Day;
  /** The usage with the default limits. */
  readonly now: Day;
}
