// A heartbeat that has come due: it is sent once, with a flush, by other workers or by itself.
import type { Clock } from '../clock';
import type { Coalescer } from '../coalescing/coalescer';
import type { ConnectionCountMetrics, ConnectionCountStore } from '../connections/ports';
import type { LargeFanOut } from '../fan-out/large-fan-out';
import { heartbeatMessage, type OutgoingMessage } from '../fan-out/outgoing-message';
import type { Log } from '../log';
import type { HeartbeatStore } from './ports';
import type { SendHeartbeat } from './send-heartbeat';

/** A heartbeat that was taken and is due later than this, in milliseconds, was taken by a wrong clock. */
const longestAhead = 60_000;

/**
 * Sends a heartbeat, unless it or a later one was sent before, and draws how many connections there are.
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
  readonly now: Clock;
  readonly log: Log;
  /**
   * Whether it goes out with events when there are some. Default: yes; not if who was sent events needs none of its own.
   */
  readonly ridesAlong?: boolean;
}

export function createSendDueHeartbeat(dependencies: DueHeartbeatDependencies): SendDueHeartbeat {
  const { sendHeartbeat, largeFanOut, heartbeats, now, log } = dependencies;
  const { connectionCounts, drawConnectionCount, coalescer, ridesAlong = true } = dependencies;

  /** Whether it is the first to send this one, as far as can be known. */
  async function take(dueAt: number): Promise<boolean> {
    try {
      if (await heartbeats.take(dueAt, now() + longestAhead)) return true;
      log.info('needless heartbeat dropped', { lateMilliseconds: now() - dueAt });
      return false;
    } catch (error) {
      // A heartbeat too many does less harm than none.
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

  /** Flushes what is pending: its holder may have died, or have ended just now. */
  async function drain(deadline: number): Promise<void> {
    try {
      await coalescer.drain(deadline);
    } catch (error) {
      log.warn('pending events not drained', { error });
    }
  }

  /** Records how many connections there are; in a large service, as the last heartbeat counted them. */
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
    const isCarried = ridesAlong && !isLarge && (await join(message));
    const send = async () => {
      if (!isLarge) await sendHeartbeat({ messages, deadline, isCarried });
      await draw();
    };
    // Side by side: a heartbeat takes a while, and events that a dead holder has left have waited long enough.
    await Promise.all([send(), drain(deadline)]);
  };
}
