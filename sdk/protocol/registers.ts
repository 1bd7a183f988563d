// Last-writer-wins registers: what an event changes, and which of two values stays. The same on both ends.
import {
  definitionOf,
  type AnyDefinition,
  type AnyPayload,
  type EventMessage,
  type Payload,
} from './event-message';

/** What decides which of two values of one register stays. */
export interface Version {
  /** The backend's clock, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Decides at equal timestamps. */
  readonly value: string;
}

/** The version of an event: its time, and the text of what its type's definition names as `value`. */
export function versionOfEvent({ type, payload }: EventMessage): Version {
  return versionIn(definitionOf(type), payload);
}

type Values = Readonly<Record<string, unknown>>;

/** @param definition that of the payload's type */
export function versionIn({ value }: AnyDefinition, payload: AnyPayload): Version {
  return { timestamp: payload.timestamp, value: String((payload as Values)[value]) };
}

/** The version of an agent's status or of a session's activity. {@link versionOfEvent} knows all types. */
export function versionOf(register: Payload<'agent:status' | 'session:activity'>): Version {
  const { timestamp } = register;
  return { timestamp, value: 'status' in register ? register.status : register.lastMessage };
}

/**
 * Whether `candidate` replaces `known`: the later one does, of the same millisecond the one with the greater text.
 * So both ends agree in whatever order they hear of them, and hearing of one twice changes nothing.
 */
export function isNewer(candidate: Version, known: Version): boolean {
  const later = candidate.timestamp - known.timestamp;
  return (later || compareText(candidate.value, known.value)) > 0;
}

/**
 * Orders texts as DynamoDB does, by their bytes of UTF-8, which is the order of code points. JavaScript's own
 * operators compare UTF-16 units, in which everything above U+FFFF comes before U+E000.
 * @returns less than, equal to or greater than 0
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function compareText(one: string, other: string): number {
  for (let index = 0; ; index += 1) {
    // Where a pair of units differs in the second one, the code point at the first one does.
    const point = one.codePointAt(index) ?? -1;
    const against = other.codePointAt(index) ?? -1;
    if (point !== against || point < 0) return point - against;
  }
}

/** The ids that name the register of an event, in the order of its fields: the agent's is the first. */
export function idsOf({ type, payload }: EventMessage): [string, ...string[]] {
  return idsIn(definitionOf(type), payload);
}

/** @param definition that of the payload's type */
export function idsIn({ fields }: AnyDefinition, payload: AnyPayload): [string, ...string[]] {
  const ids = Object.keys(fields).flatMap((name) =>
    fields[name] === 'id' ? payload[name as 'agentId'] : [],
  );
  return ids as [string, ...string[]];
}

/** Names the register that an event writes: of each type one for each agent, session or whatever its ids name. */
export function registerOf(event: EventMessage): string {
  return JSON.stringify([event.type, ...idsOf(event)]);
}
