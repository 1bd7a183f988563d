// The events in an entry of the event bus: one, or those of a pack, each of which is accepted or rejected by itself.
import {
  describeFaults,
  eventTypes,
  isNewer,
  maxClockSkewMilliseconds,
  packType,
  parseEvent,
  parsePack,
  registerOf,
  versionOfEvent,
  type EventMessage,
  type Fault,
  type Parsed,
} from '#sdk/protocol';
import type { ReportedEvent } from '../reported-event';

export interface InvalidEvent {
  /** That of the event; of one in a pack, that of the pack and the place in it: `<id>#3`. */
  readonly id: string;
  /** What is to be kept: put on the bus again, once repaired, it is broadcast. */
  readonly whole: unknown;
  readonly reason: string;
}

export interface ReportedEvents {
  /** In the order of reporting. */
  readonly accepted: readonly EventMessage[];
  readonly rejected: readonly InvalidEvent[];
}

/**
 * The events in what was reported. An invalid event of a pack is rejected alone, as an event of its own.
 * @param now milliseconds since the Unix epoch
 */
export function eventsOf(reported: ReportedEvent, now: number): ReportedEvents {
  const accepted: EventMessage[] = [];
  const rejected: InvalidEvent[] = [];

  function sort(parsed: Parsed<EventMessage>, whatItIs: () => ReportedEvent): void {
    if (parsed.ok && parsed.value.payload.timestamp <= now + maxClockSkewMilliseconds) {
      accepted.push(parsed.value);
      return;
    }
    const event = whatItIs();
    const reason = parsed.ok ? tooFarAhead : describeFaults(faultsOf(event));
    rejected.push({ id: event.id, whole: event.whole, reason });
  }

  const { type, payload } = reported;
  if (type !== packType) {
    sort(parseEvent(type, payload), () => reported);
    return { accepted, rejected };
  }
  const pack = parsePack(payload);
  if (!pack.ok) {
    sort(pack, () => reported);
    return { accepted, rejected };
  }
  const { events } = payload as { readonly events: readonly unknown[] };
  for (const [index, parsed] of pack.value.entries()) {
    sort(parsed, () => single(reported, events[index], index));
  }
  return { accepted, rejected };
}

const tooFarAhead = 'timestamp must be at most 5 minutes ahead of the time';

/**
 * Of several events for one register the newest: it alone has to be written.
 * @returns in the order of `events`
 */
export function newestPerRegister(events: readonly EventMessage[]): EventMessage[] {
  const newest = new Map<string, EventMessage>();
  for (const event of events) {
    const register = registerOf(event);
    const known = newest.get(register);
    if (known === undefined || isNewer(versionOfEvent(event), versionOfEvent(known))) {
      newest.set(register, event);
    }
  }
  const kept = new Set(newest.values());
  return events.filter((event) => kept.has(event));
}

/** An event of a pack as if it had come by itself. */
function single({ id: packId, whole }: ReportedEvent, element: unknown, index: number) {
  const id = `${packId}#${index}`;
  const { type, payload } = isPlain(element)
    ? element
    : { type: packType, payload: { events: [element] } };
  const envelope = { 'detail-type': type, detail: payload, id, 'pack-id': packId };
  return { id, type, payload, whole: { ...(whole as object | null), ...envelope } };
}

/** Whether an element of a pack can be an event by itself. Any other is kept as a pack of one. */
function isPlain(element: unknown): element is { type: string; payload: unknown } {
  const { type, payload } = (element ?? {}) as { type?: unknown; payload?: unknown };
  return typeof type === 'string' && type !== packType && payload !== undefined;
}

/** What is wrong with an event that is invalid, or with a pack that is none, or whose only event is invalid. */
function faultsOf({ type, payload }: ReportedEvent): readonly Fault[] {
  if (type === packType) {
    const pack = parsePack(payload);
    return pack.ok ? pack.value.flatMap(faultsIn) : pack.faults;
  }
  if (!eventTypes.some((known) => known === type)) {
    const problem = `must be one of ${[...eventTypes, packType].join(', ')}`;
    return [{ path: 'type', problem }];
  }
  const faults = faultsIn(parseEvent(type, payload));
  return faults.map(({ path, problem }) => ({ path: path === '' ? 'payload' : path, problem }));
}

function faultsIn(parsed: Parsed<EventMessage>): readonly Fault[] {
  return parsed.ok ? [] : parsed.faults;
}
