// Processes a job of the retry queue: continues a fan-out to a list of connections or to a shard, or drains pending events.
import type { Clock } from '../clock';
import type { Coalescer } from '../coalescing/coalescer';
import type { DrainJob } from '../coalescing/ports';
import type { CloseConnection } from '../connections/close-connection';
import type { ConnectionStore, Inspector } from '../connections/ports';
import type { DeadLetterQueue } from '../dead-letter-queue';
import type { FanOut } from '../fan-out/fan-out';
import { heartbeatMessage, isEvent, typeOf } from '../fan-out/outgoing-message';
import type { RetryJob } from '../fan-out/ports';
import type { RecentFanOuts } from '../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../fan-out/report-fan-out';
import { isGivenUp } from '../fan-out/retries/stuck-connections';
import type { Log } from '../log';
import { createContinueFanOut, targetOf } from './continue-fan-out';
import type { StateStore } from './ports';
import type { SendHeartbeat } from './send-heartbeat';
import { createDropSuperseded } from './drop-superseded';

/** How often a job is put back at most. With the pauses in between, API Gateway can fail for about ten minutes. */
const maxRounds = 12;

/**
 * Processes one job.
 * @param deadline milliseconds since the Unix epoch; no post begins after it
 * @throws if the dead-letter queue does not accept a message, or the table does not answer: SQS delivers the job again
 */
export type Deliver = (job: RetryJob | DrainJob, deadline: number) => Promise<void>;

export function createDeliver(dependencies: {
  readonly fanOut: FanOut;
  readonly connections: Pick<ConnectionStore, 'findAll'>;
  readonly coalescer: Pick<Coalescer, 'drain'>;
  readonly state: Pick<StateStore, 'areSuperseded'>;
  readonly sendHeartbeat: SendHeartbeat;
  readonly deadLetters: DeadLetterQueue<RetryJob>;
  readonly inspector: Inspector;
  readonly closeConnection: CloseConnection;
  readonly recentFanOuts: Pick<RecentFanOuts, 'note'>;
  readonly report: ReportFanOut;
  readonly now: Clock;
  readonly log: Log;
}): Deliver {
  const { sendHeartbeat, deadLetters, now, log } = dependencies;
  const dropSuperseded = createDropSuperseded(dependencies);
  const continueFanOut = createContinueFanOut(dependencies);

  async function giveUp(job: RetryJob): Promise<void> {
    const { messages, round, stuckRounds: rounds = 0 } = job;
    // The dead-letter queue does not get heartbeats, nor messages for clients that do not read. The connections of such
    // clients could not be closed; the next event leads to another attempt.
    if (isGivenUp({ rounds }) || !messages.some(isEvent)) return;
    log.error('job given up', { type: typeOf(messages), round });
    await deadLetters.keep(job, `not delivered in ${maxRounds} rounds`);
  }

  return async (job, deadline) => {
    if ('drain' in job) {
      await dependencies.coalescer.drain(deadline);
      return;
    }
    const { round, stuckRounds = 0 } = job;
    if (round > maxRounds) {
      await giveUp(job);
      return;
    }
    const messages = round === 0 ? job.messages : await dropSuperseded(job.messages);
    if (stuckRounds > 0 && 'connections' in job) {
      // If no message is left, a heartbeat tests whether the clients read again.
      const posted = messages.length === 0 ? [heartbeatMessage(now())] : messages;
      await continueFanOut.toStuck(job, posted, deadline);
    } else if (messages.length === 0) {
      return;
    } else if (messages.some(isEvent)) {
      await continueFanOut.toTarget(job, messages, deadline);
    } else {
      await sendHeartbeat({ messages, deadline, to: targetOf(job) });
    }
  };
}
