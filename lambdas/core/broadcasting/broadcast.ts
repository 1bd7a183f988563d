// Stores the events that backends report in registers, and broadcasts them unless they are stale or invalid.
import type { Report } from '#sdk/protocol';
import type { SourceCheck } from './bound-sources';
import type { Coalescer, Outgoing } from '../coalescing/coalescer';
import { messageOfEvent } from '../fan-out/outgoing-message';
import { createRejectEvents } from './reject-events';
import { createRegisters, type StateLifetimes } from './registers';
import { eventsOf } from './reported-events';
import type { LaneEnd } from '../coalescing/ports';
import type { Clock } from '../clock';
import type { Count } from '../count';
import type { Log } from '../log';
import type { DeadLetterQueue } from '../dead-letter-queue';
import type { ReportedEvent } from '../reported-event';
import type { WriteTimeline } from '../timeline/write-timeline';
import type { StateStore } from './ports';

/**
 * Broadcasts an event, or each event of a pack. Invalid events go to the dead-letter queue. Resolves when the events have
 * been flushed, or when another invocation is certain to flush them.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws if the dead-letter queue does not accept a rejected event; nothing has been sent then, so the call can be retried
 */
export type Broadcast = (event: ReportedEvent, deadline: number) => Promise<void>;

export function createBroadcast(dependencies: {
  readonly state: Pick<StateStore, 'put' | 'completeBroadcast' | 'requireBroadcast'>;
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
  const { coalescer, writeTimeline, checkSource, now } = dependencies;
  const rejectEvents = createRejectEvents(dependencies);
  const registers = createRegisters(dependencies);

  /**
   * Writes the registers.
   * @returns the messages to send; undefined if there are none
   */
  async function prepare(reports: readonly Report[], reported: ReportedEvent) {
    const { id } = reported;
    const { fresh, stored } = await registers.store(reports, reported);
    if (fresh.length === 0) return undefined;
    let isFlushedHere = false;
    const onFlushed = async (ends: readonly LaneEnd[]) => {
      isFlushedHere = true;
      if (ends.every(isComplete)) await registers.complete(stored, id);
    };
    // If another invocation flushes the events, they are not marked as broadcast, which saves a write for each event: if the
    // same event is reported again, it is sent again. With a time to live, each later report would be sent, too.
    const onSent = async () => {
      if (!isFlushedHere) await registers.complete(stored.filter(isAlive), id);
    };
    return { id, messages: fresh.map(messageOfEvent), onFlushed, eventId: id, onSent };
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
    await (await outgoing)?.onSent();
  };
}

function isAlive({ aliveForSeconds }: Report): boolean {
  return aliveForSeconds !== undefined;
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

/** Whether each connection of the lane gets its messages: from this worker, from others, or from the retry queue. */
export function isComplete(ended: LaneEnd): boolean {
  if (ended === 'failed') return false;
  return ended === undefined || (ended.lost === 0 && ended.lostShards === 0);
}
