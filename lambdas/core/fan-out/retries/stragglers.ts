// Tracks stragglers, and the messages of later fan-outs for them.
import type { Connection } from '../../connections/ports';
import type { OutgoingMessage } from '../outgoing-message';

const nothing: readonly OutgoingMessage[] = [];

/**
 * Shared by the flushes of an execution environment. The fan-out that posted to a straggler waits for the answer. Later
 * flushes leave their messages for the straggler to that fan-out: a second post could overtake the first, and would also
 * occupy a socket for long.
 */
export class Stragglers {
  /** By connection id, the messages that later fan-outs have left. */
  private readonly left = new Map<string, readonly OutgoingMessage[]>();

  has({ connectionId }: Connection): boolean {
    return this.left.has(connectionId);
  }

  add(connections: readonly Connection[]): void {
    for (const { connectionId } of connections) {
      // It may be a straggler of another fan-out already: its messages are kept.
      if (!this.left.has(connectionId)) this.left.set(connectionId, nothing);
    }
  }

  /**
   * Leaves messages to the fan-out that waits for the answer.
   * @returns false if none is waiting any more: the messages are not left then
   */
  leave({ connectionId }: Connection, messages: readonly OutgoingMessage[]): boolean {
    const left = this.left.get(connectionId);
    if (left === undefined) return false;
    this.left.set(connectionId, joined(left, messages));
    return true;
  }

  /**
   * Records that the post to a connection has been answered.
   * @returns the messages that were left for it; the same list for the same messages of the same flushes
   */
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

/** Both lists, in this order. Returns the same list for the same two, so that connections that miss the same share it. */
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
