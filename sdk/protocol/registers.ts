// Last-writer-wins registers: what an event changes, and which of two values stays. The same on both ends.
import type { AgentStatus, EventMessage, SessionActivity } from './events';

/** What decides which of two values of one register stays. */
export interface Version {
  /** The backend's clock, in milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** Decides at equal timestamps. */
  readonly value: string;
}

/** The version of an agent's status or of a session's activity. */
export function versionOf(register: AgentStatus | SessionActivity): Version {
  const { timestamp } = register;
  return { timestamp, value: 'status' in register ? register.status : register.lastMessage };
}

/**
 * Whether `candidate` replaces `known`: the later one does, of the same millisecond the one with the greater text.
 * So both ends agree in whatever order they hear of them, and hearing of one twice changes nothing.
 */
export function isNewer(candidate: Version, known: Version): boolean {
  if (candidate.timestamp !== known.timestamp) return candidate.timestamp > known.timestamp;
  return compareText(candidate.value, known.value) > 0;
}

/**
 * Orders texts as DynamoDB does, by their bytes of UTF-8, which is the order of code points. JavaScript's own
 * operators compare UTF-16 units, in which everything above U+FFFF comes before U+E000.
 * @returns less than, equal to or greater than 0
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
export function compareText(one: string, other: string): number {
  const shared = Math.min(one.length, other.length);
  for (let index = 0; index < shared; index += 1) {
    const [unit, against] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (unit !== against) return rankOf(unit) - rankOf(against);
  }
  return one.length - other.length;
}

/** Halves of surrogate pairs rank above all units that stand alone. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Names the register that an event writes: one for each agent, one for each of its sessions. */
export function registerOf({ type, payload }: EventMessage): string {
  return type === 'agent:status'
    ? JSON.stringify([payload.agentId])
    : JSON.stringify([payload.agentId, payload.sessionId]);
}
