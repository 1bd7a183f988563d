// The port through which core counts single occurrences for metrics.

/** Metrics that are counted one by one; fan-outs report theirs together. */
export type Countable =
  | 'StaleEvents'
  | 'RejectedEvents'
  | 'StateFailures'
  | 'HandshakesLimited'
  | 'KeysUnavailable'
  | 'MessagesLimited'
  | 'SnapshotsFailed';

/**
 * Counts one more, or as many as given. The fields of `about` are in the log line only: they are no dimensions of the metric.
 */
export type Count = (
  what: Countable,
  about?: Readonly<Record<string, string>>,
  number?: number,
) => void;
