// The port through which core counts single occurrences for metrics.

/** Metrics that are counted one by one; fan-outs report theirs together. */
export type Countable =
  | 'StaleEvents'
  | 'RejectedEvents'
  | 'StateFailures'
  | 'UnsentEvents'
  | 'TimelineFailures'
  | 'HandshakesLimited'
  | 'KeysUnavailable'
  | 'MessagesLimited'
  | 'SnapshotsFailed';

/**
 * Counts `number` occurrences; default: one. The fields of `about` are in the log line only, and no dimensions of the metric.
 */
export type Count = (
  what: Countable,
  about?: Readonly<Record<string, string>>,
  number?: number,
) => void;
