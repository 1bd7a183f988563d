// Plans and sends heartbeats, by which clients see that their connections are open, and the service detects those that are gone.
import { createSendDueHeartbeat, type DueHeartbeatDependencies } from './due-heartbeat';
import { createPlanHeartbeats } from './heartbeat-plan';
import type { HeartbeatQueue, HeartbeatStore, PlannedHeartbeat } from './ports';
import { timeoutOf } from './send-heartbeat';

/** Deadlines are milliseconds since the Unix epoch; no post begins after them. */
export interface Heartbeat {
  /**
   * Handles a call of the schedule, about once a minute: plans all heartbeats up to the horizon that are not planned yet.
   * If there is no plan, or it has ended, clients have had no heartbeat for some time, and one is sent at once.
   * @throws if the heartbeats could not be planned; the next call plans them
   */
  readonly onSchedule: (deadline: number) => Promise<void>;
  /** Handles a planned heartbeat that is due. It is dropped if it is late by more than its timeout. */
  readonly onDue: (planned: PlannedHeartbeat, deadline: number) => Promise<void>;
}

export function createHeartbeat(
  dependencies: DueHeartbeatDependencies & {
    readonly queue: HeartbeatQueue;
    readonly heartbeats: HeartbeatStore;
    readonly heartbeatSeconds: number;
  },
): Heartbeat {
  const { heartbeats, now, log, heartbeatSeconds } = dependencies;
  const planHeartbeats = createPlanHeartbeats(dependencies);
  const sendDue = createSendDueHeartbeat(dependencies);

  return {
    async onSchedule(deadline) {
      const calledAt = now();
      const plan = await heartbeats.plan();
      // Planning comes first, because sending may take longer than the interval. If planning fails, the heartbeat is still
      // sent.
      const [planning] = await Promise.allSettled([planHeartbeats(plan, calledAt)]);
      if (plan === undefined || plan.until < calledAt) await sendDue(calledAt, deadline);
      if (planning.status === 'rejected') throw planning.reason;
    },

    async onDue({ dueAt }, deadline) {
      const lateMilliseconds = now() - dueAt;
      if (lateMilliseconds > timeoutOf(heartbeatSeconds)) {
        // The next heartbeat is due already.
        log.warn('late heartbeat dropped', { lateMilliseconds });
        return;
      }
      await sendDue(dueAt, deadline);
    },
  };
}
