// Writes the log line and the metrics of each fan-out.
import { isEvent, typeOf, type OutgoingMessage } from './outgoing-message';
import type { FanOutReport } from './fan-out-report';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { ShardCount } from '../connections/ports';

/** The messages of a fan-out. */
interface Reported {
  readonly messages: readonly OutgoingMessage[];
  /** The number of messages that conflation left out. Default: 0. */
  readonly superseded?: number;
  /** The id of the event, if there is only one. */
  readonly eventId?: string | undefined;
  /** Whether it went only to connections that were stuck, so that its age is no measure of the service. Default: false. */
  readonly isLate?: boolean;
}

export type ReportFanOut = (sent: Reported, report: FanOutReport) => void;

interface FanOutNumbers extends Omit<FanOutReport, 'connectionCounts'> {
  /** The number of events, including those that were left out. */
  readonly events: number;
  /** The number of messages that were left out, in both lanes. */
  readonly superseded: number;
  /** Time from the report of the oldest event to the end of the last post. */
  readonly ageMilliseconds?: number;
}

/** Writes the numbers of a fan-out as metrics. */
export interface FanOutMetrics {
  record(type: string, numbers: FanOutNumbers): void;
}

export function createReportFanOut(dependencies: {
  readonly log: Log;
  readonly metrics: FanOutMetrics;
  readonly now: Clock;
}): ReportFanOut {
  const { log, metrics, now } = dependencies;

  return (
    { messages, superseded = 0, eventId, isLate = false },
    { connectionCounts, ...counts },
  ) => {
    const type = typeOf(messages);
    const events = messages.filter(isEvent);
    const timed = events.length > 0 ? events : messages;
    const oldest = Math.min(...timed.map(({ reportedAt }) => reportedAt));
    const numbers = {
      events: events.length,
      superseded,
      ...counts,
      ...(isLate ? {} : { ageMilliseconds: now() - oldest }),
    };
    log.info('fan-out', {
      type,
      ...(eventId === undefined ? {} : { eventId }),
      ...numbers,
      ...(connectionCounts.length === 0 ? {} : totalOf(connectionCounts)),
    });
    metrics.record(type, numbers);
  };
}

function totalOf(connectionCounts: readonly ShardCount[]) {
  const sum = (of: (shard: ShardCount) => number) =>
    connectionCounts.reduce((total, shard) => total + of(shard), 0);
  return { connections: sum((shard) => shard.connections), users: sum((shard) => shard.users) };
}
