// Events that backends report are stored in registers and broadcast, unless they are stale or invalid.
import { isOfSession, registerOf, type EventMessage } from '#sdk/protocol';
import { mapConcurrently, maxConcurrentRequests } from './map-concurrently';
import type { Coalescer, Outgoing } from '../coalescing/coalescer';
import { messageOfEvent } from '../fan-out/outgoing-message';
import { createRejectEvents } from './reject-events';
import { eventsOf, newestPerRegister } from './reported-events';
import type { LaneEnd } from '../coalescing/ports';
import type { Clock } from '../clock';
import type { Count } from '../count';
import type { Log } from '../log';
import type { DeadLetterQueue } from '../dead-letter-queue';
import type { ReportedEvent } from '../reported-event';
import type { StateStore } from './ports';

/**
 * Broadcasts an event, or each event of a pack; what is invalid goes to the dead-letter queue. Resolves when the news has been
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
  readonly deadLetters: DeadLetterQueue<unknown>;
  readonly count: Count;
  readonly lifetimes: StateLifetimes;
  readonly now: Clock;
  readonly log: Log;
}): Broadcast {
  const { state, coalescer, count, now, log } = dependencies;
  const rejectEvents = createRejectEvents(dependencies);
  const { agentDays, sessionHours } = dependencies.lifetimes;
  const lifetimeOf = ({ type }: EventMessage) =>
    (isOfSession(type) ? sessionHours : agentDays * 24) * hourMilliseconds;

  /** What could not be stored is broadcast all the same. */
  async function store(event: EventMessage, eventId: string) {
    try {
      const updatedAt = now();
      return await state.put(event, { updatedAt, expiresAt: updatedAt + lifetimeOf(event) });
    } catch (error) {
      log.error('state not stored', { eventId, type: event.type, error });
      count('StateFailures');
      return 'failed';
    }
  }

  async function complete(event: EventMessage, eventId: string): Promise<void> {
    try {
      await state.completeBroadcast(event);
    } catch (error) {
      // It goes out once more if the backend repeats it, which does no harm.
      log.warn('completion not noted', { eventId, type: event.type, error });
    }
  }

  /** Writes the registers. What is not newer than they are is stale, and so is what a pack has before it. */
  async function storeAll(events: readonly EventMessage[], eventId: string) {
    const newest = newestPerRegister(events);
    const outcomes = await mapConcurrently(maxConcurrentRequests, newest, (event) =>
      store(event, eventId),
    );
    const stale = newest.filter((_, index) => outcomes[index] === 'stale');
    countStale(stale, eventId, count);
    const staleRegisters = new Set(stale.map(registerOf));
    return {
      news: events.filter((event) => !staleRegisters.has(registerOf(event))),
      stored: newest.filter((_, index) => outcomes[index] === 'stored'),
    };
  }

  /** Writes the registers; undefined when nothing is news. */
  async function prepare(
    events: readonly EventMessage[],
    id: string,
  ): Promise<Outgoing | undefined> {
    const { news, stored } = await storeAll(events, id);
    if (news.length === 0) return undefined;
    const messages = news.map(messageOfEvent);
    // The registers of what others flush are not completed, which saves a write an event: if the very same event comes
    // again, it is sent again.
    const onFlushed = async (ends: readonly LaneEnd[]) => {
      if (!ends.every(isComplete)) return;
      await mapConcurrently(maxConcurrentRequests, stored, (event) => complete(event, id));
    };
    return { id, messages, onFlushed, eventId: id };
  }

  return async (reported, deadline) => {
    const { accepted, rejected } = eventsOf(reported, now());
    await rejectEvents(rejected);
    if (accepted.length === 0) return;
    const outgoing = prepare(accepted, reported.id);
    // Registers are written first: a client that connects meanwhile finds the event in the snapshot, or is posted to. The
    // lease may be acquired while one register is written, but nobody is to wait for those of a whole pack.
    if (accepted.length === 1) await coalescer.send(outgoing, deadline);
    else {
      const prepared = await outgoing;
      if (prepared !== undefined) await coalescer.send(prepared, deadline);
    }
  };
}

function countStale(stale: readonly EventMessage[], eventId: string, count: Count): void {
  for (const type of new Set(stale.map((event) => event.type))) {
    const events = stale.filter((event) => event.type === type).length;
    count('StaleEvents', { eventId, type }, events);
  }
}

/** Whether every connection gets it: from this worker, from others, or by the queue. */
function isComplete(ended: LaneEnd): boolean {
  if (ended === 'failed') return false;
  return ended === undefined || (ended.lost === 0 && ended.lostShards === 0);
}
