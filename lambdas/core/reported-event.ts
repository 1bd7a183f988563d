// An event before anybody has checked it.

/** An event as it came from the bus. */
export interface ReportedEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  /** All of it, as it goes to the dead-letter queue if it is invalid. */
  readonly whole: unknown;
}
