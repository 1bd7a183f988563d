// Connections whose posts have not been answered when all others' were, and what came for them since.
import type { Connection } from '../../connections/ports';

const nothing: readonly string[] = [];

/**
 * Shared by the flushes of an execution environment. Whoever posted to a straggler waits for the answer, while the next
 * flushes leave it what they have for it: a second post could overtake the first, and would take a socket for as long.
 */
export class Stragglers {
  /** By connection, the texts that have come for it meanwhile. */
  private readonly left = new Map<string, readonly string[]>();

  has({ connectionId }: Connection): boolean {
    return this.left.has(connectionId);
  }

  add(connections: readonly Connection[]): void {
    for (const { connectionId } of connections) this.left.set(connectionId, nothing);
  }

  /**
   * Leaves texts for whoever waits for the answer.
   * @returns false when nobody does any more: then they are not left
   */
  leave({ connectionId }: Connection, texts: readonly string[]): boolean {
    const left = this.left.get(connectionId);
    if (left === undefined) return false;
    this.left.set(connectionId, joined(left, texts));
    return true;
  }

  /** It is none any more. @returns the texts that were left for it; the same list for the same texts of the same flushes */
  release({ connectionId }: Connection): readonly string[] {
    const left = this.left.get(connectionId);
    this.left.delete(connectionId);
    return left ?? nothing;
  }
}

const known = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

/** Both, in this order; the same list for the same two, so that connections that miss the same still share it. */
export function joined(first: readonly string[], then: readonly string[]): readonly string[] {
  if (first.length === 0) return then;
  if (then.length === 0) return first;
  const seconds = known.get(first) ?? new WeakMap<readonly string[], readonly string[]>();
  known.set(first, seconds);
  const list = seconds.get(then) ?? [...first, ...then];
  seconds.set(then, list);
  return list;
}
