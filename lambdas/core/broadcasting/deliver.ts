// Does a job of the retry queue: goes on with a fan-out to a list of connections or to a shard, or drains what is pending.
import type { Clock } from '../clock';
import type { Coalescer } from '../coalescing/coalescer';
import type { DrainJob } from '../coalescing/ports';
import type { CloseConnection } from '../connections/close-connection';
import type { Inspector } from '../connections/ports';
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

/** How often a job is put back; with the pauses between, API Gateway may fail for about ten minutes. */
const maxRounds = 12;

/**
 * Does one job.
 * @throws when the dead-letter queue did not take it, or the table does not answer: then all of it is tried again
 */
export type Deliver = (job: RetryJob | DrainJob, deadline: number) => Promise<void>;

export function createDeliver(dependencies: {
  readonly fanOut: FanOut;
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
    // Connections whose clients do not read are no loss to anybody. They could not be closed; the next event tries it again.
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
      // A heartbeat finds out whether their clients read again, even if there is nothing left to send.
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
