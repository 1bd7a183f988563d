// Stores the events that backends report in registers, and broadcasts them unless they are stale or invalid.
import { isOfSession, registerOf, type EventMessage, type Report } from '#sdk/protocol';
import type { SourceCheck } from './bound-sources';
import { mapConcurrently, maxConcurrentRequests } from '../map-concurrently';
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
import type { WriteTimeline } from '../timeline/write-timeline';
import type { StateStore, StorageTimes } from './ports';

/**
 * Broadcasts an event, or each event of a pack. Invalid events go to the dead-letter queue. Resolves when the events have
 * been flushed, or when another invocation is certain to flush them.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws if the dead-letter queue does not accept a rejected event; nothing has been sent then, so the call can be retried
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
  /** Default: no timelines are kept. */
  readonly writeTimeline?: WriteTimeline | undefined;
  readonly deadLetters: DeadLetterQueue<unknown>;
  readonly count: Count;
  readonly lifetimes: StateLifetimes;
  /** Default: every source that the rule of the event bus matches may report every agent. */
  readonly checkSource?: SourceCheck | undefined;
  readonly now: Clock;
  readonly log: Log;
}): Broadcast {
  const { state, coalescer, writeTimeline, count, checkSource, now, log } = dependencies;
  const rejectEvents = createRejectEvents(dependencies);

  /** Writes an event into its register. If the write fails, the event is still broadcast. */
  async function store({ event, aliveForSeconds }: Report, { id, acceptedAt }: ReportedEvent) {
    const lifetime = lifetimeOf(event, dependencies.lifetimes);
    try {
      return await state.put(event, { ...timesOf(now(), lifetime, acceptedAt), aliveForSeconds });
    } catch (error) {
      log.error('state not stored', { eventId: id, type: event.type, error });
      count('StateFailures');
      return 'failed';
    }
  }

  async function complete(event: EventMessage, eventId: string): Promise<void> {
    try {
      await state.completeBroadcast(event);
    } catch (error) {
      // If the backend repeats the event, it is broadcast again, which is harmless.
      log.warn('completion not noted', { eventId, type: event.type, error });
    }
  }

  /**
   * Writes the newest event of each register. If it is stale, or has only prolonged the time to live, no event of the pack for that
   * register is sent.
   */
  async function storeAll(reports: readonly Report[], reported: ReportedEvent) {
    const newest = newestPerRegister(reports);
    const outcomes = await mapConcurrently(maxConcurrentRequests, newest, (report) =>
      store(report, reported),
    );
    const eventsWith = (outcome: (typeof outcomes)[number]) =>
      newest.filter((_, index) => outcomes[index] === outcome).map(({ event }) => event);
    countStale(eventsWith('stale'), reported.id, count);
    const unsent = new Set([...eventsWith('stale'), ...eventsWith('prolonged')].map(registerOf));
    return {
      fresh: reports.map(({ event }) => event).filter((event) => !unsent.has(registerOf(event))),
      stored: eventsWith('stored'),
    };
  }

  /**
   * Writes the registers.
   * @returns the messages to send; undefined if there are none
   */
  async function prepare(reports: readonly Report[], reported: ReportedEvent) {
    const { id } = reported;
    const { fresh, stored } = await storeAll(reports, reported);
    if (fresh.length === 0) return undefined;
    const messages = fresh.map(messageOfEvent);
    // If another invocation flushes the events, they are not marked as broadcast, which saves a write for each event. If
    // the same event is reported again, it is sent again.
    const onFlushed = async (ends: readonly LaneEnd[]) => {
      if (ends.every(isComplete))
        await mapConcurrently(maxConcurrentRequests, stored, (event) => complete(event, id));
    };
    return { id, messages, onFlushed, eventId: id };
  }

  return async (reported, deadline) => {
    const { accepted, rejected } = eventsOf(reported, now(), checkSource);
    await rejectEvents(rejected);
    if (accepted.length === 0) return;
    // Nothing waits for it but the end of the invocation, after which the function may be frozen.
    const timelineWritten = writeTimeline?.(
      accepted.map(({ event }) => event),
      reported.id,
    );
    const outgoing = prepare(accepted, reported);
    await send(coalescer, outgoing, needsLease(accepted), deadline).finally(() => timelineWritten);
  };
}

/** How long the register of an event is kept, in milliseconds. */
function lifetimeOf({ type }: EventMessage, { agentDays, sessionHours }: StateLifetimes): number {
  return (isOfSession(type) ? sessionHours : agentDays * 24) * hourMilliseconds;
}

/**
 * The times of a register that is written at `updatedAt`.
 * @param acceptedAt when the bus accepted the event; it counts as `updatedAt` if it is later, because a backend may have set it
 */
function timesOf(updatedAt: number, lifetime: number, acceptedAt = updatedAt): StorageTimes {
  const aliveFrom = Math.min(acceptedAt, updatedAt);
  return { updatedAt, expiresAt: updatedAt + lifetime, aliveFrom };
}

/**
 * Sends what `prepare` returns. Registers are written before anything is posted: a client that connects meanwhile gets the
 * event in its snapshot or by a post. For a single event, the lease is acquired during the write. For a pack, it is acquired
 * after all writes, because other invocations would have to wait for them.
 * @param isAtOnce whether the lease is acquired during the write
 */
async function send(
  coalescer: Pick<Coalescer, 'send'>,
  outgoing: Promise<Outgoing | undefined>,
  isAtOnce: boolean,
  deadline: number,
): Promise<void> {
  if (isAtOnce) return coalescer.send(outgoing, deadline);
  const prepared = await outgoing;
  if (prepared !== undefined) await coalescer.send(prepared, deadline);
}

/** Whether there is one event that is probably sent. Most events with a time to live only prolong it, and need no lease. */
function needsLease([report, ...others]: readonly Report[]): boolean {
  return others.length === 0 && report?.aliveForSeconds === undefined;
}

function countStale(stale: readonly EventMessage[], eventId: string, count: Count): void {
  for (const type of new Set(stale.map((event) => event.type))) {
    const events = stale.filter((event) => event.type === type).length;
    count('StaleEvents', { eventId, type }, events);
  }
}

/** Whether each connection of the lane gets its messages: from this worker, from others, or from the retry queue. */
function isComplete(ended: LaneEnd): boolean {
  if (ended === 'failed') return false;
  return ended === undefined || (ended.lost === 0 && ended.lostShards === 0);
}
