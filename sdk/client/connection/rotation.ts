// Make before break: which of two connections is the current one, and what to do about it. A pure function and its table.

/** How far the current connection has come, and the next one that is to take its place. */
export type RotationPhase =
  /** There is none. */
  | 'none'
  /** The current one is not open yet. */
  | 'opening'
  /** The current one is open, and the only one. */
  | 'open'
  /** The current one is open, the next one not yet. */
  | 'replacing'
  /** Both are open; the next one does not know everything yet. */
  | 'syncing';

/** What a connection tells: `due`, it should be replaced; `refused`, it cannot have the token that somebody asked for. */
export type LinkNews = 'opened' | 'synced' | 'due' | 'refused' | 'ended';

/** `old` is a connection that was replaced, and is still listened to. */
type LinkRole = 'current' | 'next' | 'old';

export type RotationEvent = 'start' | `${LinkRole}:${LinkNews}`;

/** Told of the current connection. `handover`: it has ended, and its successor is still opening; `ended`: there is none. */
export type RotationNews = 'opened' | 'refused' | 'handover' | 'ended';

/**
 * `open`: the next connection. `promote`: it takes the place of the current one, which is no longer needed. `plan`: the
 * next rotation. `retry`: this one has failed.
 */
export type RotationEffect = RotationNews | 'open' | 'promote' | 'plan' | 'retry';

export type RotationStep = readonly [RotationPhase, ...RotationEffect[]];

/** An event that is not in the table changes nothing. */
const table: Readonly<Record<RotationPhase, Partial<Record<RotationEvent, RotationStep>>>> = {
  none: {
    start: ['opening', 'open', 'promote'],
  },
  opening: {
    'current:opened': ['open', 'plan', 'opened'],
    'current:ended': ['none', 'ended'],
  },
  open: {
    'current:due': ['replacing', 'open'],
    'current:ended': ['none', 'ended'],
  },
  replacing: {
    'next:opened': ['syncing'],
    'next:ended': ['open', 'retry'],
    'current:ended': ['opening', 'promote', 'handover'],
  },
  syncing: {
    // Events that arrive over both connections are told once: registers drop the second.
    'next:synced': ['open', 'promote', 'plan'],
    'next:ended': ['open', 'retry'],
    'current:ended': ['open', 'promote', 'plan'],
  },
};

/** What `event` makes of a phase, and what is to be done for it. */
export function rotate(phase: RotationPhase, event: RotationEvent): RotationStep {
  if (event === 'current:refused') return [phase, 'refused'];
  return table[phase][event] ?? [phase];
}
