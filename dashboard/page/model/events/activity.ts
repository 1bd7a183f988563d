// Counts the events that the page receives: those of each of the last 60 minutes, in all and by agent.
import type { Change } from '#sdk/client';

/** The number of minutes that are kept. */
export const minutesKept = 60;
const minuteMilliseconds = 60_000;

/** What was received in one minute. */
export interface MinuteCounts {
  /** The beginning of the minute, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly events: number;
  /** Statuses `error` that were reported, also by agents that were in error before. */
  readonly errors: number;
}

export interface Activity {
  /** Counts changes. Those of a snapshot are not counted: they have happened at another time. */
  readonly take: (changes: readonly Change[]) => void;
  /** Forgets the counts of an agent; those in all remain. */
  readonly forget: (agentId: string) => void;
  /**
   * Returns the counts of the last 60 minutes, or since the creation if that is less, the current minute last. It is the same
   * list until it changes.
   * @param agentId the agent; undefined: all agents
   */
  readonly read: (agentId?: string) => readonly MinuteCounts[];
  /** Returns the number of events since the creation. */
  readonly total: () => number;
}

/** The counts of the last minutes in a ring: the place of a minute is its number modulo 60. */
interface Counts {
  readonly events: Uint32Array;
  readonly errors: Uint32Array;
  /** The newest minute with an event; older minutes than the 60 up to it have left the ring. */
  newest: number;
  /** What `read` has returned in which minute; undefined if the counts have changed since. */
  listed: { readonly minute: number; readonly list: readonly MinuteCounts[] } | undefined;
}

/**
 * Creates an activity, which has counted nothing yet.
 * @param now returns the current time in milliseconds since the Unix epoch
 */
export function createActivity(now: () => number): Activity {
  const first = Math.floor(now() / minuteMilliseconds);
  const all = emptyCounts();
  const none = emptyCounts();
  const agents = new Map<string, Counts>();
  let minute = first;
  let total = 0;

  /** Moves to the current minute. If the clock is set back, all is counted in the newest minute until it has caught up. */
  function advance(): void {
    const current = Math.floor(now() / minuteMilliseconds);
    if (current <= minute) return;
    minute = current;
    // Agents without an event for an hour need no memory.
    for (const [agentId, { newest }] of agents)
      if (newest <= minute - minutesKept) agents.delete(agentId);
  }

  function countsOf(agentId: string): Counts {
    const counts = agents.get(agentId) ?? emptyCounts();
    agents.set(agentId, counts);
    return counts;
  }

  return {
    take(changes) {
      advance();
      for (const { type, source, current } of changes) {
        if (source !== 'live') continue;
        total += 1;
        const isError = type === 'agent:status' && current.status === 'error';
        count(all, minute, isError);
        count(countsOf(current.agentId), minute, isError);
      }
    },
    forget(agentId) {
      agents.delete(agentId);
    },
    read(agentId) {
      advance();
      const counts = agentId === undefined ? all : (agents.get(agentId) ?? none);
      if (counts.listed?.minute !== minute) {
        const from = Math.max(first, minute - minutesKept + 1);
        counts.listed = { minute, list: listOf(counts, from, minute) };
      }
      return counts.listed.list;
    },
    total: () => total,
  };
}

function emptyCounts(): Counts {
  const ring = () => new Uint32Array(minutesKept);
  return { events: ring(), errors: ring(), newest: -Infinity, listed: undefined };
}

const add = (ring: Uint32Array, place: number, count: number) => {
  ring[place] = (ring[place] ?? 0) + count;
};

function count(counts: Counts, minute: number, isError: boolean): void {
  // The places of the minutes since the newest one still hold the counts of an hour before.
  const oldest = Math.max(counts.newest + 1, minute - minutesKept + 1);
  for (let each = oldest; each <= minute; each += 1) {
    counts.events[each % minutesKept] = 0;
    counts.errors[each % minutesKept] = 0;
  }
  counts.newest = minute;
  counts.listed = undefined;
  add(counts.events, minute % minutesKept, 1);
  if (isError) add(counts.errors, minute % minutesKept, 1);
}

/** Lists the counts from one minute to another. */
function listOf({ events, errors, newest }: Counts, from: number, to: number): MinuteCounts[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const minute = from + index;
    // The places after the newest minute are those of an hour before.
    const isHeld = minute <= newest;
    const place = minute % minutesKept;
    return {
      at: minute * minuteMilliseconds,
      events: isHeld ? (events[place] ?? 0) : 0,
      errors: isHeld ? (errors[place] ?? 0) : 0,
    };
  });
}
