// What the rules count for metrics, one by one.

/** What operators want to see as graphs beside the fan-outs. */
export type Countable =
  | 'StaleEvents'
  | 'RejectedEvents'
  | 'StateFailures'
  | 'HandshakesLimited'
  | 'KeysUnavailable'
  | 'MessagesLimited'
  | 'SnapshotsFailed';

/**
 * Counts one more, or so many. What it is `about` is for whoever looks at the line: it makes no metric of its own.
 */
export type Count = (
  what: Countable,
  about?: Readonly<Record<string, string>>,
  number?: number,
) => void;
