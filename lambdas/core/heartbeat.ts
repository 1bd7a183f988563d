// Proves to every client that its connection lives, and finds out which ones do not.
import { serializeFrame } from '../../sdk/protocol';
import type { LargeFanOut } from './large-fan-out';
import type {
  CensusMetrics,
  CensusStore,
  Clock,
  HeartbeatQueue,
  Log,
  PlannedHeartbeat,
} from './ports';
import { patienceOf, type SendHeartbeat } from './send-heartbeat';

/** Deadlines are milliseconds since the Unix epoch; no post begins after them. */
export interface Heartbeat {
  /** The schedule's call, once a minute or more rarely: sends a heartbeat and plans those until the next call. */
  readonly onSchedule: (scheduledAt: number, deadline: number) => Promise<void>;
  /** A planned heartbeat that has come due. */
  readonly onDue: (planned: PlannedHeartbeat, deadline: number) => Promise<void>;
}

export function createHeartbeat(dependencies: {
  readonly sendHeartbeat: SendHeartbeat;
  readonly largeFanOut: LargeFanOut;
  readonly queue: HeartbeatQueue;
  readonly census: CensusStore;
  readonly drawCensus: CensusMetrics;
  readonly now: Clock;
  readonly log: Log;
  readonly heartbeatSeconds: number;
}): Heartbeat {
  const { sendHeartbeat, largeFanOut, queue, now, log, heartbeatSeconds } = dependencies;
  const { census, drawCensus } = dependencies;
  const interval = heartbeatSeconds * 1000;

  async function beat(deadline: number): Promise<void> {
    const reportedAt = now();
    const frame = serializeFrame({ type: 'heartbeat', payload: { timestamp: reportedAt } });
    const heartbeat = { frame, type: 'heartbeat', reportedAt };
    if (!(await largeFanOut(heartbeat))) await sendHeartbeat({ ...heartbeat, deadline });
    await draw();
  }

  /** As it stands now; of a large service that is what the last heartbeat counted. */
  async function draw(): Promise<void> {
    try {
      const shards = await census.read();
      const sum = (of: 'connections' | 'users') =>
        shards.reduce((total, shard) => total + shard[of], 0);
      drawCensus(sum('connections'), sum('users'));
    } catch (error) {
      log.warn('census not read', { error });
    }
  }

  return {
    async onSchedule(scheduledAt, deadline) {
      const startedAt = now();
      // Schedules are precise to the minute, so up to one late is on time.
      if (isLate(scheduledAt, Math.max(interval, 60_000) + 60_000)) return;
      const planned: PlannedHeartbeat[] = [];
      for (let offset = interval; offset < 60_000; offset += interval) {
        planned.push({ dueAt: startedAt + offset });
      }
      // Planned first: sending this one may take longer than the interval. But it goes out in any case.
      const [planning] = await Promise.allSettled([queue.plan(planned, startedAt)]);
      await beat(deadline);
      if (planning.status === 'rejected') throw planning.reason;
    },
    async onDue({ dueAt }, deadline) {
      if (!isLate(dueAt, patienceOf(heartbeatSeconds))) await beat(deadline);
    },
  };

  /** A heartbeat that comes when the next one is due proves nothing: it is dropped. */
  function isLate(dueAt: number, allowedMilliseconds: number): boolean {
    const lateMilliseconds = now() - dueAt;
    if (lateMilliseconds <= allowedMilliseconds) return false;
    log.warn('late heartbeat dropped', { lateMilliseconds });
    return true;
  }
}
