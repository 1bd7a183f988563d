// Proves to every client that its connection lives, and finds out which ones do not.
import type { Coalescer } from '../coalescing/coalescer';
import { heartbeatMessage, type OutgoingMessage } from '../fan-out/outgoing-message';
import type { LargeFanOut } from '../fan-out/large-fan-out';
import type { ConnectionCountMetrics, ConnectionCountStore } from '../connections/ports';
import type { Clock } from '../clock';
import type { HeartbeatPlan, HeartbeatQueue, HeartbeatStore, PlannedHeartbeat } from './ports';
import type { Log } from '../log';
import { timeoutOf, type SendHeartbeat } from './send-heartbeat';

const minute = 60_000;

/**
 * How far ahead heartbeats are planned, in milliseconds. A schedule calls at any time of its minute, or not at all:
 * if one call is lost, or a minute late, three minutes pass between two of them. Five outlast three lost calls in a row.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export const horizon = 5 * minute;

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

export function createHeartbeat(dependencies: {
  readonly sendHeartbeat: SendHeartbeat;
  readonly largeFanOut: LargeFanOut;
  readonly coalescer: Pick<Coalescer, 'join' | 'drain'>;
  readonly queue: HeartbeatQueue;
  readonly heartbeats: HeartbeatStore;
  readonly connectionCounts: ConnectionCountStore;
  readonly drawConnectionCount: ConnectionCountMetrics;
  readonly now: Clock;
  readonly log: Log;
  readonly heartbeatSeconds: number;
  /**
   * Whether it goes out with events when there are some. Default: yes; not if who was sent events needs none of its own.
   */
  readonly ridesAlong?: boolean;
}): Heartbeat {
  const { sendHeartbeat, largeFanOut, queue, heartbeats, now, log, heartbeatSeconds } =
    dependencies;
  const { connectionCounts, drawConnectionCount, coalescer, ridesAlong = true } = dependencies;
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

  /** What is noted before it is in the queue might never get there; what comes twice is sent once. */
  async function planFrom(start: number, calledAt: number): Promise<void> {
    const until = Math.max(start, calledAt + horizon);
    await queue.plan(dueBetween(start, until), calledAt);
    await heartbeats.notePlan({ until, heartbeatSeconds });
  }

  /** Whether it is the first to send this one, as far as can be known. */
  async function take(dueAt: number): Promise<boolean> {
    try {
      if (await heartbeats.take(dueAt, now() + minute)) return true;
      log.info('needless heartbeat dropped', { lateMilliseconds: now() - dueAt });
      return false;
    } catch (error) {
      // One too many does less harm than none.
      log.warn('heartbeat not noted', { error });
      return true;
    }
  }

  /** Leaves the heartbeat with whoever is flushing; false when it has to be posted by itself. */
  async function join(message: OutgoingMessage): Promise<boolean> {
    try {
      const id = `${message.type}-${message.reportedAt}`;
      return await coalescer.join({ id, messages: [message] });
    } catch (error) {
      log.warn('heartbeat not coalesced', { error });
      return false;
    }
  }

  /** Whoever flushed may have died, or have ended just now. */
  async function drain(deadline: number): Promise<void> {
    try {
      await coalescer.drain(deadline);
    } catch (error) {
      log.warn('pending events not drained', { error });
    }
  }

  async function beat(dueAt: number, deadline: number): Promise<void> {
    if (!(await take(dueAt))) return;
    const message = heartbeatMessage(now());
    const messages = [message];
    const isLarge = await largeFanOut(messages);
    const isCarried = ridesAlong && !isLarge && (await join(message));
    const send = async () => {
      if (!isLarge) await sendHeartbeat({ messages, deadline, isCarried });
      await draw();
    };
    // At the same time: a heartbeat takes a while, and what a dead holder has left has waited long enough.
    await Promise.all([send(), drain(deadline)]);
  }

  /** As it stands now; of a large service that is what the last heartbeat counted. */
  async function draw(): Promise<void> {
    try {
      const shards = await connectionCounts.read();
      const sum = (of: 'connections' | 'users') =>
        shards.reduce((total, shard) => total + shard[of], 0);
      drawConnectionCount(sum('connections'), sum('users'));
    } catch (error) {
      log.warn('connection counts not read', { error });
    }
  }

  return {
    async onSchedule(deadline) {
      const calledAt = now();
      const plan = await heartbeats.plan();
      // Planned first: sending one may take longer than the interval. But it goes out in any case.
      const [planning] = await Promise.allSettled([planFrom(startOf(plan, calledAt), calledAt)]);
      if (plan === undefined || plan.until < calledAt) await beat(calledAt, deadline);
      if (planning.status === 'rejected') throw planning.reason;
    },

    async onDue({ dueAt }, deadline) {
      const lateMilliseconds = now() - dueAt;
      if (lateMilliseconds > timeoutOf(heartbeatSeconds)) {
        // It comes when the next one is due, and proves nothing.
        log.warn('late heartbeat dropped', { lateMilliseconds });
        return;
      }
      await beat(dueAt, deadline);
    },
  };
}
