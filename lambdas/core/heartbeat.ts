// Proves to every client that its connection lives, and finds out which ones do not.
import { serializeFrame } from '../../sdk/protocol';
import type { CloseConnection } from './close-connection';
import type { FanOut } from './fan-out';
import type { CensusStore, Clock, HeartbeatQueue, Log, PlannedHeartbeat } from './ports';

/** What any heartbeat may be late, in milliseconds: SQS and a cold start take their time. */
const shortestPatience = 5_000;

export interface Heartbeat {
  /** The schedule's call, once a minute or more rarely: sends a heartbeat and plans those until the next call. */
  onSchedule(scheduledAt: number): Promise<void>;
  /** A planned heartbeat that has come due. */
  onDue(planned: PlannedHeartbeat): Promise<void>;
}

export function createHeartbeat(dependencies: {
  readonly fanOut: FanOut;
  readonly closeConnection: CloseConnection;
  readonly census: CensusStore;
  readonly queue: HeartbeatQueue;
  readonly now: Clock;
  readonly log: Log;
  readonly heartbeatSeconds: number;
}): Heartbeat {
  const { fanOut, closeConnection, census, queue, now, log, heartbeatSeconds } = dependencies;
  const interval = heartbeatSeconds * 1000;

  async function beat(): Promise<void> {
    const frame = serializeFrame({ type: 'heartbeat', payload: { timestamp: now() } });
    const report = await fanOut(frame, (expired) => closeConnection(expired, 'token_expired'));
    const { census: counted, ...counts } = report;
    await Promise.all(counted.map((shard) => census.write(shard)));
    log.info('heartbeat sent', {
      ...counts,
      connections: sum(counted.map((shard) => shard.connections)),
      users: sum(counted.map((shard) => shard.users)),
    });
  }

  return {
    async onSchedule(scheduledAt) {
      const startedAt = now();
      // Schedules are precise to the minute, so up to one late is on time.
      if (isLate(scheduledAt, Math.max(interval, 60_000) + 60_000)) return;
      const planned: PlannedHeartbeat[] = [];
      for (let offset = interval; offset < 60_000; offset += interval) {
        planned.push({ dueAt: startedAt + offset });
      }
      // Planned first: sending this one may take longer than the interval.
      await queue.plan(planned, startedAt);
      await beat();
    },
    async onDue({ dueAt }) {
      if (!isLate(dueAt, Math.max(interval, shortestPatience))) await beat();
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

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
