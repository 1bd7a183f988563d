// Proves to every client that its connection lives, and finds out which ones do not.
import { createSendDueHeartbeat, type DueHeartbeatDependencies } from './due-heartbeat';
import { createPlanHeartbeats } from './heartbeat-plan';
import type { HeartbeatQueue, HeartbeatStore, PlannedHeartbeat } from './ports';
import { timeoutOf } from './send-heartbeat';

/** Deadlines are milliseconds since the Unix epoch; no post begins after them. */
export interface Heartbeat {
  /**
   * The schedule's call, about once a minute: plans all heartbeats up to the horizon that no call before it has
   * planned. If the plan has run out, or there was none, nobody has heard anything for a while: then it sends one.
   * @throws when they could not be planned: the next call does it
   */
  readonly onSchedule: (deadline: number) => Promise<void>;
  /** A planned heartbeat that has come due. */
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
      // Planned first: sending one may take longer than the interval. If planning fails, it is sent all the same.
      const [planning] = await Promise.allSettled([planHeartbeats(plan, calledAt)]);
      if (plan === undefined || plan.until < calledAt) await sendDue(calledAt, deadline);
      if (planning.status === 'rejected') throw planning.reason;
    },

    async onDue({ dueAt }, deadline) {
      const lateMilliseconds = now() - dueAt;
      if (lateMilliseconds > timeoutOf(heartbeatSeconds)) {
        // The next one is due already.
        log.warn('late heartbeat dropped', { lateMilliseconds });
        return;
      }
      await sendDue(dueAt, deadline);
    },
  };
}
