// Records the posts that arrive at the sink, and computes the delay of each event.
import { createHash } from 'node:crypto';
import { dueAt, indexesIn, sessionOf, type Load } from './load';

export interface Delays {
  /**
   * The delay of each event in milliseconds, sorted: the time from when it was due until all connections had it, or a newer one
   * of the same session. For an event that some connections did not get, its age at the end.
   */
  readonly milliseconds: readonly number[];
  /** The sum, over all events, of the connections that got the event itself, in a batch or not. */
  readonly messages: number;
  /** Whether each connection has the newest event of each session. */
  readonly converged: boolean;
}

/** The posts with the same body. */
interface Body {
  readonly text: Buffer;
  /** When each connection first got it, in milliseconds since the Unix epoch; `Infinity` if it did not. */
  readonly at: Float64Array;
}

export class Arrivals {
  posts = 0;
  /** Index of each connection in the arrays of times. */
  private readonly numbers = new Map<string, number>();
  /** Bodies by hash. They are parsed after the measurement, so that parsing does not affect it. */
  private readonly bodies = new Map<string, Body>();

  /** @param connections number of connections */
  constructor(private readonly connections: number) {}

  /** Records a post. @param at milliseconds since the Unix epoch */
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

  /** Computes the delays of all events of a load. @param endedAt milliseconds since the Unix epoch */
  delaysOf(load: Load, endedAt: number): Delays {
    const bodiesOf = this.bodiesByEvent();
    // From the last event to the first: a connection that has a newer event of a session does not need an older one.
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

  /** @throws Error if posts went to more connections than the run has */
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

/** Replaces each time by the other one if that is earlier. */
function lower(times: Float64Array, others: Float64Array): void {
  for (const [index, other] of others.entries()) {
    if (other < (times[index] ?? -Infinity)) times[index] = other;
  }
}
