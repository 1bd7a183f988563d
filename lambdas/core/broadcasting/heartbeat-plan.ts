// Plans heartbeats: puts them into the queue before they are due.
import type { HeartbeatPlan, HeartbeatQueue, HeartbeatStore, PlannedHeartbeat } from './ports';

const minute = 60_000;

/**
 * How far ahead heartbeats are planned, in milliseconds. The schedule calls at any time of its minute, and a call can be
 * lost: if one is lost or a minute late, up to three minutes pass between two calls. Five minutes cover three lost calls in
 * a row.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const horizon = 5 * minute;

/**
 * Plans all heartbeats up to the horizon that are not planned yet.
 * @param plan the last plan; undefined before the first one
 * @param calledAt milliseconds since the Unix epoch
 * @throws if the queue or the table does not accept them
 */
export type PlanHeartbeats = (plan: HeartbeatPlan | undefined, calledAt: number) => Promise<void>;

export function createPlanHeartbeats(dependencies: {
  readonly queue: HeartbeatQueue;
  readonly heartbeats: Pick<HeartbeatStore, 'notePlan'>;
  readonly heartbeatSeconds: number;
}): PlanHeartbeats {
  const { queue, heartbeats, heartbeatSeconds } = dependencies;
  const interval = heartbeatSeconds * 1000;

  /** The time after which heartbeats are to be planned, in milliseconds since the Unix epoch. */
  function startOf(plan: HeartbeatPlan | undefined, calledAt: number): number {
    if (plan?.heartbeatSeconds !== heartbeatSeconds) return calledAt;
    // No call plans so far ahead: the clock of the last one was wrong.
    if (plan.until > calledAt + horizon + minute) return calledAt;
    return Math.max(plan.until, calledAt);
  }

  /** Due times are multiples of the interval since the Unix epoch, so that all calls plan the same ones. */
  function dueBetween(start: number, until: number): PlannedHeartbeat[] {
    const due: PlannedHeartbeat[] = [];
    const first = (Math.floor(start / interval) + 1) * interval;
    for (let dueAt = first; dueAt <= until; dueAt += interval) due.push({ dueAt });
    return due;
  }

  return async (plan, calledAt) => {
    const start = startOf(plan, calledAt);
    const until = Math.max(start, calledAt + horizon);
    // The plan is stored after its heartbeats are queued: otherwise they might never be queued. A heartbeat that is queued
    // twice is sent once.
    await queue.plan(dueBetween(start, until), calledAt);
    await heartbeats.notePlan({ until, heartbeatSeconds });
  };
}
