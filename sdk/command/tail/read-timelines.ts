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
  const tooMany = new Error('There would be too many requests.');

  /** The size of the events decides how many are in a page. */
  function onRequest(): void {
    if (left === 0) throw tooMany;
    left -= 1;
  }

  async function read({ agentId, sessionId }: SessionActivity): Promise<void> {
    for await (const activity of client.history(agentId, sessionId, { signal, onRequest })) {
      if (activity.timestamp < since) return;
      events.push(activity);
    }
  }

  for (const [index, session] of sessions.entries()) {
    try {
      await read(session);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'agent_not_visible') continue;
      if (code === 'closed') return events;
      const isOff = code === 'timeline_off' || code === 'unknown_type';
      const why = error === tooMany ? 'that would be too many requests' : whyNot(code);
      complain(isOff ? offWords : partWords(index, sessions.length, why));
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
