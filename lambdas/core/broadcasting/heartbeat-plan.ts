// Which heartbeats are due, and are put into the queue ahead of time.
import type { HeartbeatPlan, HeartbeatQueue, HeartbeatStore, PlannedHeartbeat } from './ports';

const minute = 60_000;

/**
 * How far ahead heartbeats are planned, in milliseconds. A schedule calls at any time of its minute, or not at all:
 * if one call is lost, or a minute late, three minutes pass between two of them. Five outlast three lost calls in a row.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const horizon = 5 * minute;

/**
 * Plans all heartbeats up to the horizon that are not planned yet.
 * @param plan what was planned last
 * @param calledAt milliseconds since the Unix epoch
 * @throws when they could not be planned
 */
export type PlanHeartbeats = (plan: HeartbeatPlan | undefined, calledAt: number) => Promise<void>;

export function createPlanHeartbeats(dependencies: {
  readonly queue: HeartbeatQueue;
  readonly heartbeats: Pick<HeartbeatStore, 'notePlan'>;
  readonly heartbeatSeconds: number;
}): PlanHeartbeats {
  const { queue, heartbeats, heartbeatSeconds } = dependencies;
  const interval = heartbeatSeconds * 1000;

  /** From when on heartbeats are to be planned. */
  function startOf(plan: HeartbeatPlan | undefined, calledAt: number): number {
    if (plan?.heartbeatSeconds !== heartbeatSeconds) return calledAt;
    // No call can have planned so far ahead: its clock was wrong.
    if (plan.until > calledAt + horizon + minute) return calledAt;
    return Math.max(plan.until, calledAt);
  }

  /** They lie on a grid that all calls share, the multiples of the interval since the Unix epoch. */
  function dueBetween(start: number, until: number): PlannedHeartbeat[] {
    const due: PlannedHeartbeat[] = [];
    const first = (Math.floor(start / interval) + 1) * interval;
    for (let dueAt = first; dueAt <= until; dueAt += interval) due.push({ dueAt });
    return due;
  }

  return async (plan, calledAt) => {
    const start = startOf(plan, calledAt);
    const until = Math.max(start, calledAt + horizon);
    // Queued first: a plan that was noted first might never be queued, while a heartbeat that is queued twice is sent once.
    await queue.plan(dueBetween(start, until), calledAt);
    await heartbeats.notePlan({ until, heartbeatSeconds });
  };
}
