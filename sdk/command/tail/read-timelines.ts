// Reads what sessions have reported since a time, as far as the service keeps it and a client may ask for it at once.
import type { MissionControl, SessionActivity } from '../../client';

export interface ReadOptions {
  /** Milliseconds since the Unix epoch. */
  readonly since: number;
  /** Ends the reading, because it takes too long. */
  readonly signal: AbortSignal;
  /** Called at most once, with a sentence that says what could not be read. */
  readonly complain: (line: string) => void;
}

/** The maximum number of requests: a client may send 20 messages at once. docs/protocol.md has the limits. */
const maxRequests = 15;
/** The number of events in a page. */
const pageEvents = 100;

/** Returns the sessions of a client that have reported since a time, the newest first. */
export function sessionsSince(client: MissionControl, since: number): readonly SessionActivity[] {
  return [...client.sessions.values()]
    .filter(({ timestamp }) => timestamp >= since)
    .sort((one, other) => other.timestamp - one.timestamp);
}

/**
 * Returns the events of the timelines of sessions since a time, in any order. One request is sent after the other. Never
 * rejects: without an answer, there are fewer events.
 * @param sessions if there are more than fit into the allowed number of requests, the last ones are left out
 */
export async function readTimelines(
  client: Pick<MissionControl, 'history'>,
  sessions: readonly SessionActivity[],
  { since, signal, complain }: ReadOptions,
): Promise<readonly SessionActivity[]> {
  const events: SessionActivity[] = [];
  let left = maxRequests;

  /** Returns whether all events of the session were read. */
  async function read({ agentId, sessionId }: SessionActivity): Promise<boolean> {
    if (left === 0) return false;
    left -= 1;
    let room = pageEvents;
    for await (const activity of client.history(agentId, sessionId, { signal })) {
      if (activity.timestamp < since) return true;
      if (room === 0) {
        // The page that has this event was asked for already.
        left -= 1;
        room = pageEvents;
      }
      events.push(activity);
      room -= 1;
      if (room === 0 && left === 0) return false;
    }
    return true;
  }

  for (const [index, session] of sessions.entries()) {
    try {
      if (await read(session)) continue;
      complain(partWords(index, sessions.length, 'that would be too many requests'));
      return events;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'agent_not_visible') continue;
      if (code === 'closed') return events;
      const isOff = code === 'timeline_off' || code === 'unknown_type';
      complain(isOff ? offWords : partWords(index, sessions.length, whyNot(code)));
      return events;
    }
  }
  return events;
}

const offWords =
  'The service keeps no timelines: of each session, only the newest event is printed.';

function partWords(count: number, all: number, why: string): string {
  return `Only ${count} of ${all} sessions could be read as a whole: ${why}. Of the others, the newest event is printed.`;
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^\w{1,50}$/.test(code) ? code : undefined;
}

const whyNot = (code: string | undefined) =>
  code === undefined ? 'the server does not answer in time' : `the server says ${code}`;
