// An event from the bus before it has been validated.

/** An event as the bus delivered it. */
export interface ReportedEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  /** The `source` that the backend reported it with. Absent in an operator's order, whose source is not checked. */
  readonly source?: string;
  /**
   * When the bus accepted it, by its clock: milliseconds since the Unix epoch. It may reach the function much later, e.g. if
   * an earlier call failed. Absent: now.
   */
  readonly acceptedAt?: number | undefined;
  /** The whole event of the bus, which goes to the dead-letter queue if it is invalid. */
  readonly whole: unknown;
}
