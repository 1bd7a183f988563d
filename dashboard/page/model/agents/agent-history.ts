// Arranges the events of an agent for its page: the statuses that it had.
import type { AgentStatus, ClientEvent } from '#sdk/client';

/** A time in which an agent reported the same status. */
export interface StatusPeriod {
  /** The id of its first event. */
  readonly id: number;
  readonly status: AgentStatus['status'];
  /** The first report, in milliseconds since the Unix epoch; the status may have been reported before the page was opened. */
  readonly from: number;
  /** The first report of the next status; undefined if it is the current one. */
  readonly until: number | undefined;
  /** Whether the first report is from a snapshot: the client may have missed other statuses before it. */
  readonly isRestored: boolean;
}

/** Returns the periods of the statuses, the newest first. @param events of one agent, the newest first */
export function statusPeriods(events: readonly ClientEvent[]): readonly StatusPeriod[] {
  const periods: StatusPeriod[] = [];
  for (const { type, current, source, id } of events.toReversed()) {
    if (type !== 'agent:status') continue;
    const { status, timestamp: from } = current;
    const [last] = periods;
    if (last?.status === status) continue;
    if (last !== undefined) periods[0] = { ...last, until: from };
    periods.unshift({ id, status, from, until: undefined, isRestored: source === 'snapshot' });
  }
  return periods;
}
