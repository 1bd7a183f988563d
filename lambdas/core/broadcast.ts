// One event becomes one frame for every connection, or is kept with the reason why not.
import { describeFaults, parseEvent, serializeFrame } from '../../sdk/protocol';
import type { FanOut, FanOutReport } from './fan-out';
import type { LargeFanOut } from './large-fan-out';
import type { Log, RejectedEvents } from './ports';
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
 * Broadcasts an event, or keeps it as rejected: then there is no report; nor when other workers do it.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws when a rejected event could not be kept; nothing was sent then, so the event may be tried again
 */
export type Broadcast = (
  event: ReportedEvent,
  deadline: number,
) => Promise<FanOutReport | undefined>;

export function createBroadcast(dependencies: {
  readonly fanOut: FanOut;
  readonly largeFanOut: LargeFanOut;
  readonly rejected: RejectedEvents;
  readonly report: ReportFanOut;
  readonly log: Log;
}): Broadcast {
  const { fanOut, largeFanOut, rejected, report, log } = dependencies;

  return async (event, deadline) => {
    const parsed = parseEvent(event.type, event.payload);
    if (!parsed.ok) {
      const reason = describeFaults(parsed.faults);
      log.warn('event rejected', { eventId: event.id, reason });
      await rejected.keep(event.whole, reason);
      return undefined;
    }
    const { type, payload } = parsed.value;
    const frame = { frame: serializeFrame(parsed.value), type, reportedAt: payload.timestamp };
    if (await largeFanOut(frame)) return undefined;
    const ended = await fanOut({ ...frame, deadline, requeue: true });
    report({ type, reportedAt: payload.timestamp, eventId: event.id }, ended);
    return ended;
  };
}
