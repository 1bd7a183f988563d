// Defines last-writer-wins registers, for clients and server: which register an event belongs to, and which of two events is newer.
import {
  definitionOf,
  type AnyDefinition,
  type AnyPayload,
  type EventMessage,
  type Payload,
} from './event-message';

/** The order of two events of the same register. */
export interface Version {
  /** The time of the event by the backend's clock, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Decides if the timestamps are equal. */
  readonly value: string;
}

/** Returns the version of an event: its timestamp, and the field that the definition of its type names as `value`. */
export function versionOfEvent({ type, payload }: EventMessage): Version {
  return versionIn(definitionOf(type), payload);
}

type Values = Readonly<Record<string, unknown>>;

/**
 * Does the same as {@link versionOfEvent} for a known definition.
 * @param definition the definition of the payload's type
 */
export function versionIn({ value }: AnyDefinition, payload: AnyPayload): Version {
  return { timestamp: payload.timestamp, value: String((payload as Values)[value]) };
}

/** Returns the version of an agent's status or of a session's activity; {@link versionOfEvent} supports all types. */
export function versionOf(register: Payload<'agent:status' | 'session:activity'>): Version {
  const { timestamp } = register;
  return { timestamp, value: 'status' in register ? register.status : register.lastMessage };
}

/**
 * Whether `candidate` is newer than `known`: it has a later timestamp, or the same timestamp and a greater text. So clients
 * and server end with the same value in any order of events, and repeated events change nothing.
 */
export function isNewer(candidate: Version, known: Version): boolean {
  const later = candidate.timestamp - known.timestamp;
  return (later || compareText(candidate.value, known.value)) > 0;
}

/**
 * Compares texts as DynamoDB does, by their bytes of UTF-8, which is the order of code points. The operators of JavaScript
 * compare UTF-16 code units instead, where characters above U+FFFF come before U+E000.
 * @returns a number less than, equal to or greater than 0
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function compareText(one: string, other: string): number {
  for (let index = 0; ; index += 1) {
    // If two surrogate pairs differ only in the second unit, the code points at the first unit differ, too.
    const point = one.codePointAt(index) ?? -1;
    const against = other.codePointAt(index) ?? -1;
    if (point !== against || point < 0) return point - against;
  }
}

/** Returns the ids that identify the register of an event, in the order of its fields; the first is `agentId`. */
export function idsOf({ type, payload }: EventMessage): [string, ...string[]] {
  return idsIn(definitionOf(type), payload);
}

/**
 * Does the same as {@link idsOf} for a known definition.
 * @param definition the definition of the payload's type
 */
export function idsIn({ fields }: AnyDefinition, payload: AnyPayload): [string, ...string[]] {
  const ids = Object.keys(fields).flatMap((name) =>
    fields[name] === 'id' ? payload[name as 'agentId'] : [],
  );
  return ids as [string, ...string[]];
}

/** Returns a text that identifies the register of an event: its type and its ids. */
export function registerOf(event: EventMessage): string {
  return JSON.stringify([event.type, ...idsOf(event)]);
}
