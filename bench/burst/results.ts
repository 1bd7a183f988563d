// The results of `burst`, and their table, whose last columns compare with `coalesced`.
import { formatRows } from '../results';
import type { BurstVariant } from './variants';

/** The result that `--json` prints for each variant, number of connections and rate. */
export interface BurstResult {
  readonly variant: BurstVariant;
  readonly connections: number;
  readonly eventsPerSecond: number;
  readonly posts: number;
  /** User and system time of all execution environments, divided by the time from the first event to the last invocation's end. */
  readonly cpuMillisPerSecond: number;
  /**
   * Time from when an event was due until the last connection had it, or a newer one of the same session. An event that some
   * connections did not get counts with its age at the end.
   */
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Whether each connection had the newest event of each session at the end. */
  readonly converged: boolean;
  /** The sum, over all events, of the connections that got the event itself. */
  readonly messages: number;
  /** User and system time of all execution environments. */
  readonly cpuMilliseconds: number;
}

const titles = [
  'variant',
  'connections',
  'events a second',
  'posts',
  'CPU ms a second',
  'p50 ms',
  'p99 ms',
  'converged',
  '× posts',
  '× CPU',
  'p50 ms more',
];

/**
 * Formats the results as a Markdown table. Posts and CPU time are compared with those of `coalesced` at the same rate and number
 * of connections. They are divided by the delivered messages, because a variant that is too slow delivers fewer of them.
 */
export function formatBurstTable(results: readonly BurstResult[]): string {
  const rows = results.map((result) => {
    const { connections, eventsPerSecond } = result;
    const ours = results.find(
      (other) =>
        other.variant === 'coalesced' &&
        other.connections === connections &&
        other.eventsPerSecond === eventsPerSecond,
    );
    return [
      result.variant,
      connections.toLocaleString('en'),
      eventsPerSecond.toLocaleString('en'),
      result.posts.toLocaleString('en'),
      whole(result.cpuMillisPerSecond),
      whole(result.p50Milliseconds),
      whole(result.p99Milliseconds),
      result.converged ? 'yes' : 'no',
      ours === undefined ? '' : ratio(result, ours, ({ posts }) => posts),
      ours === undefined ? '' : ratio(result, ours, ({ cpuMilliseconds }) => cpuMilliseconds),
      ours === undefined ? '' : whole(result.p50Milliseconds - ours.p50Milliseconds, 1),
    ];
  });
  return formatRows(titles, rows);
}

function ratio(
  result: BurstResult,
  ours: BurstResult,
  of: (result: BurstResult) => number,
): string {
  const forEach = (one: BurstResult) => of(one) / one.messages;
  return (forEach(result) / forEach(ours)).toFixed(2);
}

function whole(number: number, digits = 0): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return number.toLocaleString('en', options);
}
