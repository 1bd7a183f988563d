// Goes on with a fan-out that another worker has begun or cut up: a list of connections, or a shard.
import type { Coalescer } from '../coalescing/coalescer';
import {
  heartbeatMessage,
  isEvent,
  typeOf,
  type OutgoingMessage,
} from '../fan-out/outgoing-message';
import { createStillCurrent } from './still-current';
import type { CloseConnection } from '../connections/close-connection';
import type { FanOut, FanOutOrder } from '../fan-out/fan-out';
import type { Clock } from '../clock';
import type { Connection, Inspector } from '../connections/ports';
import type { RetryJob } from '../fan-out/ports';
import type { DrainJob } from '../coalescing/ports';
import type { Log } from '../log';
import type { StateStore } from './ports';
import type { DeadLetterQueue } from '../dead-letter-queue';
import type { RecentFanOuts } from '../fan-out/recent-fan-outs';
import type { ReportFanOut } from '../fan-out/report-fan-out';
import type { SendHeartbeat } from './send-heartbeat';
import { isGivenUp } from '../fan-out/retries/stuck-connections';

/** How often a job is put back; with the pauses between, about ten minutes of API Gateway's bad weather. */
const maxRounds = 12;

/**
 * Does one job.
 * @throws when it could not be given up in good order: then it is tried again whole
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
  const { fanOut, sendHeartbeat, deadLetters, recentFanOuts, report, now, log } = dependencies;
  const { inspector, closeConnection } = dependencies;

  const stillCurrent = createStillCurrent(dependencies);

  async function giveUp(job: RetryJob): Promise<void> {
    const { messages, round, stuckRounds: rounds = 0 } = job;
    // Clients that do not read concern nobody else. They could not even be closed: the next event meets them again.
    if (isGivenUp({ rounds }) || !messages.some(isEvent)) return;
    log.error('job given up', { type: typeOf(messages), round });
    await deadLetters.keep(job, `not delivered in ${maxRounds} rounds`);
  }

  const close = (connection: Connection) => closeConnection(connection, 'not_reading');

  /** Goes on with connections that were stuck. */
  async function deliverStuck(
    { round, connections }: RetryJob & { readonly connections: readonly Connection[] },
    messages: readonly OutgoingMessage[],
    rounds: number,
    deadline: number,
  ): Promise<void> {
    const ended = await fanOut({
      ...{ messages, round, deadline, to: { connections }, stuck: { rounds, inspector, close } },
      // The next heartbeat makes up for one.
      requeue: messages.some(isEvent),
    });
    report({ messages, isLate: true }, ended);
  }

  async function deliverMessages(
    job: RetryJob,
    messages: readonly OutgoingMessage[],
    deadline: number,
  ): Promise<void> {
    const startedAt = now();
    const { round } = job;
    const ended = await fanOut({
      ...{ messages, round, to: targetOf(job), deadline, requeue: true },
      ...('shard' in job && job.lane !== undefined && { lane: job.lane }),
      // Many that are stuck look like the account's throttle, and here there is nobody else to tell by: each is asked for.
      ...('connections' in job && { stuck: { rounds: 0, inspector, close } }),
    });
    report({ messages }, ended);
    // From its beginning: those before `after` may have been sent it long ago.
    const isWhole = 'shard' in job && job.after === undefined && job.lane === undefined;
    if (isWhole) await recentFanOuts.note(startedAt, ended, job.shard);
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
    const messages = round === 0 ? job.messages : await stillCurrent(job.messages);
    if (stuckRounds > 0 && 'connections' in job) {
      // Whether they read again is to be found out even if there is nothing left to tell them.
      const posted = messages.length === 0 ? [heartbeatMessage(now())] : messages;
      await deliverStuck(job, posted, stuckRounds, deadline);
    } else if (messages.length === 0) {
      return;
    } else if (messages.some(isEvent)) {
      await deliverMessages(job, messages, deadline);
    } else {
      await sendHeartbeat({ messages, deadline, to: targetOf(job) });
    }
  };
}

function targetOf(job: RetryJob): NonNullable<FanOutOrder['to']> {
  if ('connections' in job) return { connections: job.connections };
  const { shard, after } = job;
  return { shards: [after === undefined ? { shard } : { shard, after }] };
}
