// When there is more to send than there is room for, superseded messages are left out, and nothing else is.
import { supersedes, type OutgoingMessage } from '../../fan-out/outgoing-message';

export interface Conflated {
  readonly messages: readonly OutgoingMessage[];
  /** How many were left out, as a newer value of their register is among the messages. */
  readonly superseded: number;
}

/**
 * The same messages, those of one register in the order of their versions: who had an event in hand while newer ones were
 * recorded, and who recorded late, must not have the older value come last.
 */
export function inOrderOfVersions(
  messages: readonly OutgoingMessage[],
): readonly OutgoingMessage[] {
  const placesOf = new Map<string, number[]>();
  for (const [place, { register }] of messages.entries()) {
    const places = placesOf.get(register);
    if (places === undefined) placesOf.set(register, [place]);
    else places.push(place);
  }
  const ordered = [...messages];
  for (const places of placesOf.values()) {
    if (places.length === 1) continue;
    const values = places.flatMap((place) => messages[place] ?? []);
    values.sort((one, other) => (supersedes(one, other) ? 1 : supersedes(other, one) ? -1 : 0));
    for (const [index, place] of places.entries()) {
      const value = values[index];
      if (value !== undefined) ordered[place] = value;
    }
  }
  return ordered;
}

/**
 * @param room posts that may be made for each connection
 * @param countPosts how many posts it takes to send so much to one connection
 */
export function conflate(
  messages: readonly OutgoingMessage[],
  room: number,
  countPosts: (messages: readonly OutgoingMessage[]) => number,
): Conflated {
  if (countPosts(messages) <= room) return { messages, superseded: 0 };
  const newest = new Map<string, OutgoingMessage>();
  for (const message of messages) {
    const known = newest.get(message.register);
    if (known === undefined || supersedes(message, known)) newest.set(message.register, message);
  }
  const kept = messages.filter((message) => {
    const last = newest.get(message.register);
    return last === undefined || !supersedes(last, message);
  });
  return { messages: kept, superseded: messages.length - kept.length };
}
