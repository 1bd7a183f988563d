// Goes on with a fan-out that another worker has begun or cut up: a list of connections, or a shard.
import type { CloseConnection } from './close-connection';
import type { FanOut, FanOutOrder } from './fan-out';
import type { Clock, Connection, DeliveryJob, Inspector, Log, UndeliverableJobs } from './ports';
import type { Reach } from './reach';
import type { ReportFanOut } from './report';
import type { SendHeartbeat } from './send-heartbeat';
import { isGivenUp } from './stuck-connections';

/** How often a job is put back; with the pauses between, about ten minutes of API Gateway's bad weather. */
const maxRounds = 12;

/**
 * Does one job.
 * @throws when it could not be given up in good order: then it is tried again whole
 */
export type Deliver = (job: DeliveryJob, deadline: number) => Promise<void>;

export function createDeliver(dependencies: {
  readonly fanOut: FanOut;
  readonly sendHeartbeat: SendHeartbeat;
  readonly undeliverable: UndeliverableJobs;
  readonly inspector: Inspector;
  readonly closeConnection: CloseConnection;
  readonly reach: Pick<Reach, 'note'>;
  readonly report: ReportFanOut;
  readonly now: Clock;
  readonly log: Log;
}): Deliver {
  const { fanOut, sendHeartbeat, undeliverable, reach, report, now, log } = dependencies;
  const { inspector, closeConnection } = dependencies;

  async function giveUp(job: DeliveryJob): Promise<void> {
    const { type, round, stuckRounds: rounds = 0 } = job;
    // Clients that do not read concern nobody else. They could not even be closed: the next event meets them again.
    if (isGivenUp({ rounds }) || type === 'heartbeat') return;
    log.error('job given up', { type, round });
    await undeliverable.keep(job, `not delivered in ${maxRounds} rounds`);
  }

  const close = (connection: Connection) => closeConnection(connection, 'not_reading');

  /** Goes on with connections that were stuck. */
  async function deliverStuck(
    job: DeliveryJob & { readonly connections: readonly Connection[] },
    rounds: number,
    deadline: number,
  ): Promise<void> {
    const { type, reportedAt, connections } = job;
    const ended = await fanOut({
      ...{ ...job, deadline, to: { connections }, stuck: { rounds, inspector, close } },
      // The next heartbeat makes up for one.
      requeue: type !== 'heartbeat',
    });
    report({ type, reportedAt, isLate: true }, ended);
  }

  return async (job, deadline) => {
    const { frame, type, reportedAt, round, stuckRounds = 0 } = job;
    const to: FanOutOrder['to'] =
      'connections' in job
        ? { connections: job.connections }
        : {
            shards: [
              job.after === undefined
                ? { shard: job.shard }
                : { shard: job.shard, after: job.after },
            ],
          };
    if (round > maxRounds) await giveUp(job);
    else if (stuckRounds > 0 && 'connections' in job) {
      await deliverStuck(job, stuckRounds, deadline);
    } else if (type === 'heartbeat') {
      await sendHeartbeat({ frame, type, reportedAt, deadline, to });
    } else {
      const startedAt = now();
      const ended = await fanOut({
        ...{ ...job, to, deadline, requeue: true },
        // Many that are stuck look like the account's throttle, and here there is nobody else to tell by: each is asked for.
        ...('connections' in job && { stuck: { rounds: 0, inspector, close } }),
      });
      report({ type, reportedAt }, ended);
      // From its beginning: those before `after` may have been sent it long ago.
      if ('shard' in job && job.after === undefined) await reach.note(startedAt, ended, job.shard);
    }
  };
}
