// What backends report becomes messages for every connection if it is news, or is kept with the reason why not.
import type { EventFrame } from '../../sdk/protocol';
import type { Coalescer } from './broadcasting/coalescer';
import { messageOfEvent } from './broadcasting/outgoing-message';
import {
  eventsOf,
  newestPerRegister,
  type InvalidEvent,
  type ReportedEvent,
} from './broadcasting/reported-events';
import type { FanOutReport } from './fan-out-report';
import type { Clock, Count, Log, RejectedEvents, StateStore } from './ports';
import { registerOf } from '../../sdk/protocol';

/**
 * Broadcasts an event, or each event of a pack; keeps what is invalid as rejected. Resolves when the news has been
 * sent, or is pending with somebody who sends it.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws when a rejected event could not be kept; nothing was sent then, so all of it may be tried again
 */
export type Broadcast = (event: ReportedEvent, deadline: number) => Promise<void>;

/** How long a register is kept after its last event. */
export interface StateLifetimes {
  readonly agentDays: number;
  readonly sessionHours: number;
}

const hourMilliseconds = 60 * 60 * 1000;

export function createBroadcast(dependencies: {
  readonly state: Pick<StateStore, 'put' | 'completeBroadcast'>;
  readonly coalescer: Pick<Coalescer, 'send'>;
  readonly rejected: RejectedEvents;
  readonly count: Count;
  readonly lifetimes: StateLifetimes;
  readonly now: Clock;
  readonly log: Log;
}): Broadcast {
  const { state, coalescer, rejected, count, now, log } = dependencies;
  const lifetimes = {
    'agent:status': dependencies.lifetimes.agentDays * 24 * hourMilliseconds,
    'session:activity': dependencies.lifetimes.sessionHours * hourMilliseconds,
  };

  async function reject({ id: eventId, whole, reason }: InvalidEvent): Promise<void> {
    log.warn('event rejected', { eventId, reason });
    count('RejectedEvents');
    await rejected.keep(whole, reason);
  }

  /** Delivery does not depend on the register: what could not be stored goes out all the same. */
  async function store(event: EventFrame, eventId: string) {
    try {
      const updatedAt = now();
      return await state.put(event, { updatedAt, expiresAt: updatedAt + lifetimes[event.type] });
    } catch (error) {
      log.error('state not stored', { eventId, type: event.type, error });
      count('StateFailures');
      return 'failed';
    }
  }

  async function complete(event: EventFrame, eventId: string): Promise<void> {
    try {
      await state.completeBroadcast(event);
    } catch (error) {
      // It goes out once more if the backend repeats it, which does no harm.
      log.warn('completion not noted', { eventId, type: event.type, error });
    }
  }

  /** Writes the registers. What is not newer than they are is stale, and so is what a pack has before it. */
  async function storeAll(events: readonly EventFrame[], eventId: string) {
    const newest = newestPerRegister(events);
    const outcomes = await Promise.all(newest.map((event) => store(event, eventId)));
    const stale = new Set<string>();
    for (const [index, event] of newest.entries()) {
      if (outcomes[index] !== 'outdated') continue;
      stale.add(registerOf(event));
      count('OutdatedEvents', { eventId, type: event.type });
    }
    return {
      news: events.filter((event) => !stale.has(registerOf(event))),
      stored: newest.filter((_, index) => outcomes[index] === 'stored'),
    };
  }

  return async (reported, deadline) => {
    const { id } = reported;
    const { accepted, rejected: invalid } = eventsOf(reported, now());
    await Promise.all(invalid.map(reject));
    const { news, stored } = await storeAll(accepted, id);
    if (news.length === 0) return;
    const messages = news.map(messageOfEvent);
    // The registers of what others flush are not completed, which saves a write an event: if the very same event comes
    // again, it is sent again.
    const onFlushed = async (reports: readonly (FanOutReport | undefined)[]) => {
      if (!reports.every(isComplete)) return;
      await Promise.all(stored.map((event) => complete(event, id)));
    };
    await coalescer.send({ id, messages, onFlushed, eventId: id }, deadline);
  };
}

/** Whether somebody sees to everybody: other workers do, and so does the queue. */
function isComplete(ended: FanOutReport | undefined): boolean {
  return ended === undefined || (ended.failed === 0 && ended.lostShards === 0);
}
