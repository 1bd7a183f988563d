// Defines and parses packs: several events in one entry of the event bus, which is billed per 64 KB.
import * as v from 'valibot';
import type { EventType } from './event-message';
import { eventTypes } from './events';
import { objectOf, parse, type Fault, type Parsed } from './parse';
import { parseReport, reportSchemas, type Report } from './reports';

/** The detail type of a pack. */
export const packType = 'events:batch';

/**
 * The maximum number of events in a pack, which limits the writes of one invocation. It does not restrict packs of up to
 * 64 KB, because the smallest event has 80 bytes.
 */
export const maxPackEvents = 1_000;

/** The schema of a list of events, with the given schema of its elements. */
const listOf = <Element extends v.GenericSchema>(element: Element) =>
  objectOf({
    events: v.pipe(
      v.array(element, 'must be a list'),
      v.minLength(1, 'must not be empty'),
      v.maxLength(maxPackEvents, `must have at most ${maxPackEvents} events`),
    ),
  });

const eventSchema = (type: EventType) =>
  objectOf({ type: v.literal(type), payload: reportSchemas[type] });

/** The schema of the detail of a pack, for the documents. {@link parsePack} checks each event separately. */
export const packSchema = listOf(v.variant('type', eventTypes.map(eventSchema)));

const envelopeSchema = listOf(v.unknown());
const packedSchema = objectOf({ type: v.string('must be a string'), payload: v.unknown() });

/**
 * Returns the detail of a pack, as JSON text.
 * @param events the JSON texts of events, `{"type":…,"payload":…}`
 */
export function packDetail(events: readonly string[]): string {
  return `{"events":[${events.join(',')}]}`;
}

/**
 * Parses the detail of a pack. An invalid event does not invalidate the other events of the pack.
 * @returns for each event, in the order of the pack, its value or its faults, with paths such as
 * `events.3.payload.status`; the faults of the pack itself if its list is missing, empty or too long
 */
export function parsePack(detail: unknown): Parsed<readonly Parsed<Report>[]> {
  const envelope = parse(envelopeSchema, detail);
  if (!envelope.ok) return envelope;
  return { ok: true, value: envelope.value.events.map(parsePacked) };
}

function parsePacked(element: unknown, index: number): Parsed<Report> {
  const packed = parse(packedSchema, element);
  if (!packed.ok) return within(`events.${index}`, packed.faults);
  const { type, payload } = packed.value;
  const report = parseReport(type, payload);
  if (report.ok) return report;
  // If the type is unknown, the fault is in the type, not in the payload.
  const isKnown = eventTypes.some((known) => known === type);
  return within(isKnown ? `events.${index}.payload` : `events.${index}`, report.faults);
}

function within(place: string, faults: readonly Fault[]) {
  return {
    ok: false as const,
    faults: faults.map(({ path, problem }) => ({
      path: path === '' ? place : `${place}.${path}`,
      problem,
    })),
  };
}
