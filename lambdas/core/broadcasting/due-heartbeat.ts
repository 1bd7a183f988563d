// Sends a heartbeat that is due: with a flush, by the jobs of a large fan-out, or by a fan-out of its own.
import type { Clock } from '../clock';
import type { Coalescer } from '../coalescing/coalescer';
import type { ConnectionCountMetrics, ConnectionCountStore } from '../connections/ports';
import type { LargeFanOut } from '../fan-out/large-fan-out';
import { heartbeatMessage, type OutgoingMessage } from '../fan-out/outgoing-message';
import type { Log } from '../log';
import type { HeartbeatStore } from './ports';
import type { SendHeartbeat } from './send-heartbeat';

/** The time in milliseconds that a taken heartbeat can be due ahead of now; if it is more, the taker's clock was wrong. */
const longestAhead = 60_000;

/**
 * Sends a heartbeat, unless it or a later one was sent before, and writes the connection counts as metrics.
 * @param dueAt milliseconds since the Unix epoch
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 */
export type SendDueHeartbeat = (dueAt: number, deadline: number) => Promise<void>;

export interface DueHeartbeatDependencies {
  readonly sendHeartbeat: SendHeartbeat;
  readonly largeFanOut: LargeFanOut;
  readonly coalescer: Pick<Coalescer, 'join' | 'drain'>;
  readonly heartbeats: Pick<HeartbeatStore, 'take'>;
  readonly connectionCounts: Pick<ConnectionCountStore, 'read'>;
  readonly drawConnectionCount: ConnectionCountMetrics;
  /** Reports the agents that are silent by then. Never rejects. */
  readonly reportSilentAgents: (deadline: number) => Promise<void>;
  readonly now: Clock;
  readonly log: Log;
  /**
   * Whether the heartbeat can be sent with a flush of events. Default: true. It must be false with `when-idle`, where
   * connections that were just sent an event are skipped.
   */
  readonly isSentWithFlush?: boolean;
}

export function createSendDueHeartbeat(dependencies: DueHeartbeatDependencies): SendDueHeartbeat {
  const { sendHeartbeat, largeFanOut, heartbeats, now, log } = dependencies;
  const { connectionCounts, drawConnectionCount, coalescer, isSentWithFlush = true } = dependencies;
  const { reportSilentAgents } = dependencies;

  /** Whether this invocation sends the heartbeat: true if it is the first one, or if the table does not answer. */
  async function take(dueAt: number): Promise<boolean> {
    try {
      if (await heartbeats.take(dueAt, now() + longestAhead)) return true;
      log.info('needless heartbeat dropped', { lateMilliseconds: now() - dueAt });
      return false;
    } catch (error) {
      // A redundant heartbeat does less harm than a missing one.
      log.warn('heartbeat not noted', { error });
      return true;
    }
  }

  /** Adds the heartbeat to the pending events if the lease is held; false if the heartbeat needs a fan-out of its own. */
  async function join(message: OutgoingMessage): Promise<boolean> {
    try {
      const id = `${message.type}-${message.reportedAt}`;
      return await coalescer.join({ id, messages: [message] });
    } catch (error) {
      log.warn('heartbeat not coalesced', { error });
      return false;
    }
  }

  /** Flushes pending events if the lease is free: its last holder may have crashed, or may just have released it. */
  async function drain(deadline: number): Promise<void> {
    try {
      await coalescer.drain(deadline);
    } catch (error) {
      log.warn('pending events not drained', { error });
    }
  }

  /** Writes the connection counts as metrics. In a large service, they are those of the previous heartbeat. */
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

  return async (dueAt, deadline) => {
    if (!(await take(dueAt))) return;
    const message = heartbeatMessage(now());
    const messages = [message];
    const isLarge = await largeFanOut(messages);
    const isCarried = isSentWithFlush && !isLarge && (await join(message));
    const send = async () => {
      if (!isLarge) await sendHeartbeat({ messages, deadline, isCarried });
      await draw();
    };
    // In parallel: a heartbeat takes time, and neither events that a crashed holder has left nor silent agents must wait for it.
    await Promise.all([send(), drain(deadline), reportSilentAgents(deadline)]);
  };
}
