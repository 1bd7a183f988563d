// Conflation: leaves out superseded messages, and no others, if there are more messages than fit.
import { supersedes, type OutgoingMessage } from '../../fan-out/outgoing-message';

export interface Conflated {
  readonly messages: readonly OutgoingMessage[];
  /** The number of messages that were left out, because a newer one for the same register is among the messages. */
  readonly superseded: number;
}

/**
 * The same messages, with those of each register in the order of their versions. Without it, an older event could be sent
 * last: if the holder brought it while newer ones were recorded, or if it was recorded late.
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
 * Leaves out superseded messages if all messages take more than `room` posts.
 * @param room the posts that can be made to each connection
 * @param countPosts returns the number of posts that messages take for one connection
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
