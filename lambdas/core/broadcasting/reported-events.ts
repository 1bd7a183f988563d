// Validates the events in an entry of the event bus: a single event, or each event of a pack.
import {
  describeFaults,
  eventTypes,
  isNewer,
  packType,
  parsePack,
  parseReport,
  registerOf,
  versionOfEvent,
  type Fault,
  type Parsed,
  type Report,
} from '#sdk/protocol';
import type { SourceCheck } from './bound-sources';
import { checkEvent, refusalOf, type Circumstances } from './check-event';
import type { ReportedEvent } from '../reported-event';

export interface InvalidEvent {
  /** The id of the event. For an event of a pack: the id of the pack and the position in it, e.g. `<id>#3`. */
  readonly id: string;
  /** The content of the dead letter. After a repair, it can be put on the bus again. */
  readonly whole: unknown;
  /** What was reported: it should be the payload of an event. */
  readonly payload: unknown;
  readonly reason: string;
}

export interface ReportedEvents {
  /** In the order in which they were reported. */
  readonly accepted: readonly Report[];
  readonly rejected: readonly InvalidEvent[];
}

/**
 * The valid and the invalid events of an entry. An invalid event of a pack is rejected alone, as if it had been reported
 * by itself.
 * @param now milliseconds since the Unix epoch
 * @param checkSource default: every source may report every agent
 */
export function eventsOf(
  reported: ReportedEvent,
  now: number,
  checkSource?: SourceCheck,
): ReportedEvents {
  const accepted: Report[] = [];
  const rejected: InvalidEvent[] = [];
  const { type, payload, source } = reported;
  const circumstances = { source, now, checkSource };

  function classify(parsed: Parsed<Report>, toReported: () => ReportedEvent): void {
    const refusal = parsed.ok ? refusalOf(parsed.value, circumstances) : undefined;
    if (parsed.ok && refusal === undefined) {
      accepted.push(parsed.value);
      return;
    }
    const event = toReported();
    const reason = describeFaults(
      refusal === undefined ? faultsOf(event, circumstances) : [refusal],
    );
    rejected.push({ id: event.id, whole: event.whole, payload: event.payload, reason });
  }

  if (type !== packType) {
    classify(parseReport(type, payload), () => reported);
    return { accepted, rejected };
  }
  const pack = parsePack(payload);
  if (!pack.ok) {
    classify(pack, () => reported);
    return { accepted, rejected };
  }
  const { events } = payload as { readonly events: readonly unknown[] };
  for (const [index, parsed] of pack.value.entries()) {
    classify(parsed, () => single(reported, events[index], index));
  }
  return { accepted, rejected };
}

/**
 * The reports with the newest event of each register; only these have to be written.
 * @returns in the order of `reports`
 */
export function newestPerRegister(reports: readonly Report[]): Report[] {
  const newest = new Map<string, Report>();
  for (const report of reports) {
    const register = registerOf(report.event);
    const known = newest.get(register);
    if (known === undefined || isNewer(versionOfEvent(report.event), versionOfEvent(known.event))) {
      newest.set(register, report);
    }
  }
  const kept = new Set(newest.values());
  return reports.filter((report) => kept.has(report));
}

/** An event of a pack, in the form that it would have if it had been reported by itself. */
function single({ id: packId, whole }: ReportedEvent, element: unknown, index: number) {
  const id = `${packId}#${index}`;
  const { type, payload } = isPlain(element)
    ? element
    : { type: packType, payload: { events: [element] } };
  const envelope = { 'detail-type': type, detail: payload, id, 'pack-id': packId };
  return { id, type, payload, whole: { ...(whole as object | null), ...envelope } };
}

/** Whether an element of a pack has the form of an event. Any other element is kept as a pack of one. */
function isPlain(element: unknown): element is { type: string; payload: unknown } {
  const { type, payload } = (element ?? {}) as { type?: unknown; payload?: unknown };
  return typeof type === 'string' && type !== packType && payload !== undefined;
}

/** The faults of an invalid event, of a malformed pack, or of the only event in a pack. */
function faultsOf(
  { type, payload }: ReportedEvent,
  circumstances: Circumstances,
): readonly Fault[] {
  if (type === packType) {
    const pack = parsePack(payload);
    return pack.ok ? pack.value.flatMap(faultsIn) : pack.faults;
  }
  if (!eventTypes.some((known) => known === type)) {
    const problem = `must be one of ${[...eventTypes, packType].join(', ')}`;
    return [{ path: 'type', problem }];
  }
  return faultsIn(checkEvent({ type, payload }, circumstances));
}

function faultsIn(parsed: Parsed<Report>): readonly Fault[] {
  return parsed.ok ? [] : parsed.faults;
}
