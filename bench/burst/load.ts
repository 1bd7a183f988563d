// What backends report during a measurement: events at a steady rate, for as many sessions in turns.
import type { SessionActivity } from '#sdk/protocol';

export interface Load {
  /** The number of the first event; they ascend. */
  readonly first: number;
  readonly count: number;
  readonly eventsPerSecond: number;
  /** When the first event is due, in milliseconds since the Unix epoch. */
  readonly startAt: number;
}

/** As many agents with a session each as the aim of the service has: at 300 events a second each reports once a second. */
const sessions = 300;

/** When an event is due: milliseconds since the Unix epoch. Its delay is counted from then, however late it was sent. */
export function dueAt({ first, startAt, eventsPerSecond }: Load, index: number): number {
  return startAt + ((index - first) * 1000) / eventsPerSecond;
}

/** Two events with the same are for the same register: the later one supersedes the other. */
export const sessionOf = (index: number) => index % sessions;

/** Of a usual length, and another one each time. */
export function createPayload(load: Load, index: number): SessionActivity {
  const session = String(sessionOf(index)).padStart(4, '0');
  return {
    agentId: `agent-${session}`,
    sessionId: `session-2026-01-31-${session}`,
    lastMessage: `Step ${index}: read the failing test, found the wrong timezone, running the suite again.`,
    // A whole number is documented; two of one session are far enough apart.
    timestamp: Math.floor(dueAt(load, index)),
  };
}

/** The numbers of the events in the text of a message or of a batch. */
export function indexesIn(text: string): readonly number[] {
  return Array.from(text.matchAll(/"lastMessage":"Step (\d+): /g), ([, index]) => Number(index));
}
