// Replaces an open connection by a new one (make before break): a state machine, as a pure function with a table.

/** The states of the current link, and of the next link that will replace it. */
export type RotationPhase =
  /** There is no link. */
  | 'none'
  /** The current link is not open yet. */
  | 'opening'
  /** The current link is open, and there is no next link. */
  | 'open'
  /** The current link is open; the next link is not open yet. */
  | 'replacing'
  /** Both links are open; the next link does not have the complete state yet. */
  | 'syncing';

/** What a link reports. `due`: it should be replaced. `refused`: the server has refused the token of a requested refresh. */
export type LinkNews = 'opened' | 'synced' | 'due' | 'refused' | 'ended';

/** `old` is a link that was replaced, and whose messages are still handled. */
type LinkRole = 'current' | 'next' | 'old';

export type RotationEvent = 'start' | `${LinkRole}:${LinkNews}`;

/** What is reported about the current link. `handover`: it ended while the next link is still opening. `ended`: it ended without a successor. */
export type RotationNews = 'opened' | 'refused' | 'handover' | 'ended';

/**
 * What is to be done. `open`: open the next link. `promote`: make the next link the current one, and retire the previous
 * one. `plan`: schedule the next rotation. `retry`: schedule another attempt after a failed rotation.
 */
export type RotationEffect = RotationNews | 'open' | 'promote' | 'plan' | 'retry';

export type RotationStep = readonly [RotationPhase, ...RotationEffect[]];

/** Events that are not in the table change nothing. */
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
    // An event that arrives over both links is reported once, because its second copy is stale.
    'next:synced': ['open', 'promote', 'plan'],
    'next:ended': ['open', 'retry'],
    'current:ended': ['open', 'promote', 'plan'],
  },
};

/** Returns the next phase, and the effects to carry out in this order. */
export function rotate(phase: RotationPhase, event: RotationEvent): RotationStep {
  if (event === 'current:refused') return [phase, 'refused'];
  return table[phase][event] ?? [phase];
}
