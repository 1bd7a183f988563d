// One event becomes one frame for every connection, or is kept with the reason why not.
import { describeFaults, parseEvent, serializeFrame } from '../../sdk/protocol';
import type { FanOut, FanOutReport } from './fan-out';
import type { Clock, Log, RejectedEvents } from './ports';

/** An event as it came from the bus. */
export interface ReportedEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: unknown;
  /** All of it, as it is to be kept if it is rejected. */
  readonly whole: unknown;
}

/**
 * Broadcasts an event, or keeps it as rejected: then there is no report.
 * @throws when a rejected event could not be kept; nothing was sent then, so the event may be tried again
 */
export type Broadcast = (event: ReportedEvent) => Promise<FanOutReport | undefined>;

export function createBroadcast(dependencies: {
  readonly fanOut: FanOut;
  readonly rejected: RejectedEvents;
  readonly now: Clock;
  readonly log: Log;
}): Broadcast {
  const { fanOut, rejected, now, log } = dependencies;

  return async (event) => {
    const parsed = parseEvent(event.type, event.payload);
    if (!parsed.ok) {
      const reason = describeFaults(parsed.faults);
      log.warn('event rejected', { eventId: event.id, reason });
      await rejected.keep(event.whole, reason);
      return undefined;
    }
    const { census, ...report } = await fanOut(serializeFrame(parsed.value));
    log.info('event broadcast', {
      eventId: event.id,
      type: event.type,
      ageMilliseconds: now() - parsed.value.payload.timestamp,
      ...report,
    });
    return { census, ...report };
  };
}
