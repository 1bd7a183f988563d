// Posts the messages of a retry job to its connections.
import type { CloseConnection } from '../connections/close-connection';
import type { Connection, ConnectionStore, Inspector } from '../connections/ports';
import type { FanOut, FanOutReport, FanOutRequest } from '../fan-out/fan-out';
import { isEvent, type OutgoingMessage } from '../fan-out/outgoing-message';
import type { RetryJob } from '../fan-out/ports';
import type { RecentFanOuts } from '../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../fan-out/report-fan-out';
import type { Clock } from '../clock';

/**
 * Continues a fan-out.
 * @param messages the messages to post: those of the job without superseded ones, or a heartbeat if none is left
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws if the records of listed connections cannot be read
 */
type Continue<Job extends RetryJob> = (
  job: Job,
  messages: readonly OutgoingMessage[],
  deadline: number,
) => Promise<void>;

export interface ContinueFanOut {
  /** Posts to all connections of the job. */
  readonly toTarget: Continue<RetryJob>;
  /** Posts to connections that were stuck in earlier rounds. */
  readonly toStuck: Continue<RetryJob & { readonly connections: readonly Connection[] }>;
}

export function createContinueFanOut(dependencies: {
  readonly fanOut: FanOut;
  readonly connections: Pick<ConnectionStore, 'findAll'>;
  readonly inspector: Inspector;
  readonly closeConnection: CloseConnection;
  readonly recentFanOuts: Pick<RecentFanOuts, 'note'>;
  readonly report: ReportFanOut;
  readonly now: Clock;
}): ContinueFanOut {
  const { fanOut, inspector, closeConnection, recentFanOuts, report, now } = dependencies;
  const close = (connection: Connection) => closeConnection(connection, 'not_reading');

  /** Fans out to the connections of a list as their records are now: since it was queued, their views may have changed. */
  async function toListed(
    listed: readonly Connection[],
    request: Omit<FanOutRequest, 'to'>,
  ): Promise<FanOutReport> {
    const records = await dependencies.connections.findAll(listed);
    const ended = await fanOut({ ...request, to: { connections: records } });
    // The record of a connection is removed when it has ended.
    return { ...ended, gone: ended.gone + listed.length - records.length };
  }

  return {
    async toTarget(job, messages, deadline) {
      const startedAt = now();
      const { round } = job;
      const request = { messages, round, deadline, requeue: true };
      if ('connections' in job) {
        // A list of stuck connections looks like a throttled account, because it has no others to compare with. So
        // connections that are throttled are inspected.
        const stuck = { rounds: 0, inspector, close };
        report({ messages }, await toListed(job.connections, { ...request, stuck }));
        return;
      }
      const ended = await fanOut({
        ...{ ...request, to: targetOf(job) },
        ...(job.lane !== undefined && { lane: job.lane }),
      });
      report({ messages }, ended);
      // A job with `after` covers a part of its shard only: the connections before it may have been posted to long ago.
      const isWhole = job.after === undefined && job.lane === undefined;
      if (isWhole) await recentFanOuts.note(startedAt, ended, job.shard);
    },

    async toStuck({ round, stuckRounds: rounds = 0, connections }, messages, deadline) {
      const ended = await toListed(connections, {
        ...{ messages, round, deadline, stuck: { rounds, inspector, close } },
        // A lost heartbeat is not retried: the next one replaces it.
        requeue: messages.some(isEvent),
      });
      report({ messages, isLate: true }, ended);
    },
  };
}

/** The target of a retry job, in the form in which a fan-out takes it. */
export function targetOf(job: RetryJob): NonNullable<FanOutRequest['to']> {
  if ('connections' in job) return { connections: job.connections };
  const { shard, after } = job;
  return { shards: [after === undefined ? { shard } : { shard, after }] };
}
