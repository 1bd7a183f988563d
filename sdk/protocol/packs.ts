// Packs: several events in one EventBridge entry, which costs as much as one event of up to 64 KB.
import * as v from 'valibot';
import type { EventMessage, EventType } from './event-message';
import { eventTypes, parseEvent, payloadSchemas } from './events';
import { objectOf, parse, type Fault, type Parsed } from './parse';

/** The detail type of a pack. */
export const packType = 'events:batch';

/**
 * Events that a pack may have: more than fit into 64 KB, where the smallest event takes 80 bytes. It bounds what one
 * invocation has to write.
 */
export const maxPackEvents = 1_000;

/** The list itself, whatever is in it. */
const listOf = <Element extends v.GenericSchema>(element: Element) =>
  objectOf({
    events: v.pipe(
      v.array(element, 'must be a list'),
      v.minLength(1, 'must not be empty'),
      v.maxLength(maxPackEvents, `must have at most ${maxPackEvents} events`),
    ),
  });

const eventSchema = (type: EventType) =>
  objectOf({ type: v.literal(type), payload: payloadSchemas[type] });

/** What the detail of a pack should be, for the documents. {@link parsePack} takes each event by itself. */
export const packSchema = listOf(v.variant('type', eventTypes.map(eventSchema)));

const envelopeSchema = listOf(v.unknown());
const packedSchema = objectOf({ type: v.string('must be a string'), payload: v.unknown() });

/** The detail of a pack, as JSON. @param events the JSON texts of events, `{"type":…,"payload":…}` */
export function packDetail(events: readonly string[]): string {
  return `{"events":[${events.join(',')}]}`;
}

/**
 * Takes the detail of a pack apart. A pack with an invalid event is no invalid pack: each event stands by itself, with
 * its value or its faults, in the order of the pack. The paths of faults begin with the place, e.g.
 * `events.3.payload.status`.
 * @returns faults of the pack itself if there is no list, or one that is empty or too long
 */
export function parsePack(detail: unknown): Parsed<readonly Parsed<EventMessage>[]> {
  const envelope = parse(envelopeSchema, detail);
  if (!envelope.ok) return envelope;
  return { ok: true, value: envelope.value.events.map(parsePacked) };
}

function parsePacked(element: unknown, index: number): Parsed<EventMessage> {
  const packed = parse(packedSchema, element);
  if (!packed.ok) return within(`events.${index}`, packed.faults);
  const { type, payload } = packed.value;
  const event = parseEvent(type, payload);
  if (event.ok) return event;
  // Nothing is said about the payload of an event whose type is unknown.
  const isKnown = eventTypes.some((known) => known === type);
  return within(isKnown ? `events.${index}.payload` : `events.${index}`, event.faults);
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
