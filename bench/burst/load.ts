// The events of a measurement: reported at a constant rate, for 300 sessions in turn.
import type { SessionActivity } from '#sdk/protocol';

export interface Load {
  /** Number of the first event. */
  readonly first: number;
  readonly count: number;
  readonly eventsPerSecond: number;
  /** When the first event is due, in milliseconds since the Unix epoch. */
  readonly startAt: number;
}

/** Number of agents, each with one session. At 300 events a second, each reports once a second. */
const sessions = 300;

/** When an event is due, in milliseconds since the Unix epoch. Its delay is measured from then, even if it is sent late. */
export function dueAt({ first, startAt, eventsPerSecond }: Load, index: number): number {
  return startAt + ((index - first) * 1000) / eventsPerSecond;
}

/** The session of an event. A later event of the same session supersedes it. */
export const sessionOf = (index: number) => index % sessions;

/** Creates the payload of an event. Its length is typical, and each payload is different. */
export function createPayload(load: Load, index: number): SessionActivity {
  const session = String(sessionOf(index)).padStart(4, '0');
  return {
    agentId: `agent-${session}`,
    sessionId: `session-2026-01-31-${session}`,
    lastMessage: `Step ${index}: read the failing test, found the wrong timezone, running the suite again.`,
    // Timestamps are whole numbers. Events of one session are far enough apart that these differ.
    timestamp: Math.floor(dueAt(load, index)),
  };
}

/** The numbers of the events in the text of a message or of a batch. */
export function indexesIn(text: string): readonly number[] {
  return Array.from(text.matchAll(/"lastMessage":"Step (\d+): /g), ([, index]) => Number(index));
}
