// One line and the metrics of every fan-out.
import { isEvent, typeOf, type OutgoingMessage } from './outgoing-message';
import type { FanOutReport } from './fan-out-report';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { ShardCount } from '../connections/ports';

/** What was sent. */
interface Reported {
  readonly messages: readonly OutgoingMessage[];
  /** How many messages were left out, as there was no room and a newer value of their register went out. Default: 0. */
  readonly superseded?: number;
  /** Of the only event in it. */
  readonly eventId?: string | undefined;
  /** Whether it went to stragglers alone, whose age says nothing about how fast the service is. */
  readonly isLate?: boolean;
}

export type ReportFanOut = (sent: Reported, report: FanOutReport) => void;

interface FanOutNumbers extends Omit<FanOutReport, 'connectionCounts'> {
  /** Messages that are events, those that were left out as well. */
  readonly events: number;
  /** Messages that were left out, of both lanes. */
  readonly superseded: number;
  /** From the oldest event to the end of the last post. */
  readonly ageMilliseconds?: number;
}

/** Takes the numbers of a fan-out for whoever draws graphs of them. */
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
