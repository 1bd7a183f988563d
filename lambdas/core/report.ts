// One line and the metrics of every fan-out.
import type { FanOutReport } from './fan-out';
import type { Clock, Log, ShardCensus } from './ports';

/** What was sent. */
export interface Reported {
  readonly type: string;
  /** Milliseconds since the Unix epoch. */
  readonly reportedAt: number;
  readonly eventId?: string;
  /** Whether it went to stragglers alone, whose age says nothing about how fast the service is. */
  readonly isLate?: boolean;
}

export type ReportFanOut = (sent: Reported, report: FanOutReport) => void;

/** Takes the numbers of a fan-out for whoever draws graphs of them. */
export interface FanOutMetrics {
  record(
    type: string,
    numbers: Omit<FanOutReport, 'census'> & { readonly ageMilliseconds?: number },
  ): void;
}

export function createReportFanOut(dependencies: {
  readonly log: Log;
  readonly metrics: FanOutMetrics;
  readonly now: Clock;
}): ReportFanOut {
  const { log, metrics, now } = dependencies;

  return ({ type, reportedAt, eventId, isLate = false }, { census, ...counts }) => {
    // From the event to the end of its last post.
    const numbers = { ...counts, ...(isLate ? {} : { ageMilliseconds: now() - reportedAt }) };
    log.info('fan-out', {
      type,
      ...(eventId === undefined ? {} : { eventId }),
      ...numbers,
      ...(census.length === 0 ? {} : totalOf(census)),
    });
    metrics.record(type, numbers);
  };
}

function totalOf(census: readonly ShardCensus[]) {
  const sum = (of: (shard: ShardCensus) => number) =>
    census.reduce((total, shard) => total + of(shard), 0);
  return { connections: sum((shard) => shard.connections), users: sum((shard) => shard.users) };
}
