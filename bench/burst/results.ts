// What `burst` has measured, and a table for people, whose last columns compare with coalescing.
import { formatRows } from '../results';
import type { BurstVariant } from './variants';

/** What `--json` prints for each variant, number of connections and rate. */
export interface BurstResult {
  readonly variant: BurstVariant;
  readonly connections: number;
  readonly eventsPerSecond: number;
  readonly posts: number;
  /** User and system time of all execution environments, by the time from the first event to the last invocation's end. */
  readonly cpuMillisPerSecond: number;
  /**
   * From when an event was due to when the last connection had it, or a newer one of the same session. An event that
   * some did not get counts with its age at the end.
   */
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Whether in the end each connection had the newest event of each session. */
  readonly converged: boolean;
  /** Events times the connections that were posted them. */
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
 * The results as a Markdown table. A variant that does not keep up has done less when its time is over: posts and CPU
 * are compared for each message that a connection was sent, with those of `coalesced` at the same rate and size.
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
