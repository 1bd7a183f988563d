// What came to the sink, and how long each event was under way. While posts come, as little as possible is done.
import { createHash } from 'node:crypto';
import { dueAt, indexesIn, sessionOf, type Load } from './load';

export interface Delays {
  /**
   * Of each event, from when it was due until each connection had it or a newer one of the same session: sorted
   * milliseconds. Of an event that some do not have, its age at the end.
   */
  readonly milliseconds: readonly number[];
  /** Events times the connections that were posted them, in batches or not. */
  readonly messages: number;
  /** Whether each connection has the newest event of each session. */
  readonly converged: boolean;
}

/** Posts of the same body: when each connection got it first. */
interface Body {
  readonly text: Buffer;
  /** By connection, in milliseconds since the Unix epoch. */
  readonly at: Float64Array;
}

export class Arrivals {
  posts = 0;
  private readonly numbers = new Map<string, number>();
  private readonly bodies = new Map<string, Body>();

  /** @param connections how many there are */
  constructor(private readonly connections: number) {}

  /** @param at milliseconds since the Unix epoch */
  note(connection: string, text: Buffer, at: number): void {
    this.posts += 1;
    const number = this.numberOf(connection);
    const key = createHash('sha1').update(text).digest('base64');
    let body = this.bodies.get(key);
    if (body === undefined) {
      body = { text, at: this.none() };
      this.bodies.set(key, body);
    }
    body.at[number] = Math.min(at, body.at[number] ?? Infinity);
  }

  /** @param endedAt milliseconds since the Unix epoch */
  delaysOf(load: Load, endedAt: number): Delays {
    const bodiesOf = this.bodiesByEvent();
    // From the last event to the first: who has a later one of the same session needs no earlier one.
    const known = new Map<number, Float64Array>();
    const milliseconds: number[] = [];
    let messages = 0;
    let converged = true;
    for (let index = load.first + load.count - 1; index >= load.first; index -= 1) {
      const own = this.none();
      for (const { at } of bodiesOf.get(index) ?? []) lower(own, at);
      messages += own.reduce((count, at) => count + (at < Infinity ? 1 : 0), 0);
      const later = known.get(sessionOf(index));
      if (later !== undefined) lower(own, later);
      known.set(sessionOf(index), own);
      const last = own.reduce((latest, at) => Math.max(latest, at), -Infinity);
      if (last === Infinity) converged = false;
      milliseconds.push(Math.min(last, endedAt) - dueAt(load, index));
    }
    return { milliseconds: milliseconds.sort((one, other) => one - other), messages, converged };
  }

  private bodiesByEvent(): ReadonlyMap<number, readonly Body[]> {
    const byEvent = new Map<number, Body[]>();
    for (const body of this.bodies.values()) {
      for (const index of indexesIn(body.text.toString())) {
        const known = byEvent.get(index);
        if (known === undefined) byEvent.set(index, [body]);
        else known.push(body);
      }
    }
    return byEvent;
  }

  /** @throws when there are more connections than there should be */
  private numberOf(connection: string): number {
    const known = this.numbers.get(connection);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    if (number === this.connections) throw new Error(`${connection} is no connection of this run.`);
    this.numbers.set(connection, number);
    return number;
  }

  private none(): Float64Array {
    return new Float64Array(this.connections).fill(Infinity);
  }
}

/** Takes the earlier of each two. */
function lower(times: Float64Array, others: Float64Array): void {
  for (const [index, other] of others.entries()) {
    if (other < (times[index] ?? -Infinity)) times[index] = other;
  }
}

/** The value below which so many of the sorted numbers lie, from 0 to 1. */
export function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
