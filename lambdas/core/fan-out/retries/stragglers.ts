// Connections whose posts have not been answered when all others' were, and what came for them since.
import type { Connection } from '../../connections/ports';
import type { OutgoingMessage } from '../outgoing-message';

const nothing: readonly OutgoingMessage[] = [];

/**
 * Shared by the flushes of an execution environment. Whoever posted to a straggler waits for the answer, while the next
 * flushes leave their messages for the straggler with whoever waits: a second post could overtake the first, and would take a socket for as long.
 */
export class Stragglers {
  /** By connection, the messages that have come for it meanwhile. */
  private readonly left = new Map<string, readonly OutgoingMessage[]>();

  has({ connectionId }: Connection): boolean {
    return this.left.has(connectionId);
  }

  add(connections: readonly Connection[]): void {
    for (const { connectionId } of connections) {
      // It may be one already, for another fan-out that waits: what has come for it stays.
      if (!this.left.has(connectionId)) this.left.set(connectionId, nothing);
    }
  }

  /**
   * Leaves messages for whoever waits for the answer.
   * @returns false when nobody does any more: then they are not left
   */
  leave({ connectionId }: Connection, messages: readonly OutgoingMessage[]): boolean {
    const left = this.left.get(connectionId);
    if (left === undefined) return false;
    this.left.set(connectionId, joined(left, messages));
    return true;
  }

  /** Its post has been answered. @returns what was left for it; the same list for the same messages of the same flushes */
  release({ connectionId }: Connection): readonly OutgoingMessage[] {
    const left = this.left.get(connectionId);
    this.left.delete(connectionId);
    return left ?? nothing;
  }
}

const known = new WeakMap<
  readonly OutgoingMessage[],
  WeakMap<readonly OutgoingMessage[], readonly OutgoingMessage[]>
>();

/** Both, in this order; the same list for the same two, so that connections that miss the same still share it. */
export function joined(
  first: readonly OutgoingMessage[],
  then: readonly OutgoingMessage[],
): readonly OutgoingMessage[] {
  if (first.length === 0) return then;
  if (then.length === 0) return first;
  const seconds =
    known.get(first) ?? new WeakMap<readonly OutgoingMessage[], readonly OutgoingMessage[]>();
  known.set(first, seconds);
  const list = seconds.get(then) ?? [...first, ...then];
  seconds.set(then, list);
  return list;
}
