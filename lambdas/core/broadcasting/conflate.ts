// When there is more to send than there is room for, values that are superseded go first, and nothing else does.
import { supersedes, type OutgoingMessage } from './outgoing-message';

export interface Conflated {
  readonly messages: readonly OutgoingMessage[];
  /** How many were left out, as a newer value of their register is among the messages. */
  readonly superseded: number;
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
