// One event becomes one frame for every connection if it is news, or is kept with the reason why not.
import {
  describeFaults,
  maxClockSkewMilliseconds,
  parseEvent,
  type EventFrame,
} from '../../sdk/protocol';
import { messageOfEvent } from './broadcasting/outgoing-message';
import type { FanOut, FanOutReport } from './fan-out';
import type { LargeFanOut } from './large-fan-out';
import type { Clock, Count, Log, RejectedEvents, StateStore } from './ports';
import type { Reach } from './reach';
import type { ReportFanOut } from './report';

/** An event as it came from the bus. */
export interface ReportedEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  /** All of it, as it is to be kept if it is rejected. */
  readonly whole: unknown;
}

/**
 * Broadcasts an event, or keeps it as rejected: then there is no report; nor when it is no news, or when other
 * workers do it.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws when a rejected event could not be kept, or jobs for other workers could not be queued; nothing was sent
 * then, so the event may be tried again
 */
export type Broadcast = (
  event: ReportedEvent,
  deadline: number,
) => Promise<FanOutReport | undefined>;

/** How long a register is kept after its last event. */
export interface StateLifetimes {
  readonly agentDays: number;
  readonly sessionHours: number;
}

const hourMilliseconds = 60 * 60 * 1000;

export function createBroadcast(dependencies: {
  readonly state: StateStore;
  readonly fanOut: FanOut;
  readonly largeFanOut: LargeFanOut;
  readonly rejected: RejectedEvents;
  readonly reach: Pick<Reach, 'note'>;
  readonly report: ReportFanOut;
  readonly count: Count;
  readonly lifetimes: StateLifetimes;
  readonly now: Clock;
  readonly log: Log;
}): Broadcast {
  const { state, fanOut, largeFanOut, rejected, reach, report, count, now, log } = dependencies;
  const lifetimes = {
    'agent:status': dependencies.lifetimes.agentDays * 24 * hourMilliseconds,
    'session:activity': dependencies.lifetimes.sessionHours * hourMilliseconds,
  };

  async function reject(event: ReportedEvent, reason: string): Promise<undefined> {
    log.warn('event rejected', { eventId: event.id, reason });
    count('RejectedEvents');
    await rejected.keep(event.whole, reason);
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

  return async (event, deadline) => {
    const { id: eventId } = event;
    const parsed = parseEvent(event.type, event.payload);
    if (!parsed.ok) return reject(event, describeFaults(parsed.faults));
    const { type, payload } = parsed.value;
    if (payload.timestamp > now() + maxClockSkewMilliseconds) {
      return reject(event, 'timestamp must be at most 5 minutes ahead of the time');
    }
    const stored = await store(parsed.value, eventId);
    if (stored === 'outdated') {
      log.info('event outdated', { eventId, type });
      count('OutdatedEvents');
      return undefined;
    }
    const messages = [messageOfEvent(parsed.value)];
    let ended: FanOutReport | undefined;
    if (!(await largeFanOut(messages))) {
      const startedAt = now();
      ended = await fanOut({ messages, deadline, requeue: true });
      report({ messages, eventId }, ended);
      await reach.note(startedAt, ended);
    }
    if (stored === 'stored' && isComplete(ended)) await complete(parsed.value, eventId);
    return ended;
  };
}

/** Whether somebody sees to everybody: other workers do, and so does the queue. */
function isComplete(ended: FanOutReport | undefined): boolean {
  return ended === undefined || (ended.failed === 0 && ended.lostShards === 0);
}
