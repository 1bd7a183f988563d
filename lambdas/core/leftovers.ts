// What a fan-out could not send in its time goes to the queue: lists of connections, and shards to go on in.
import type { Connection, DeliveryJob, DeliveryQueue, Log } from './ports';
import type { UnreadShard } from './shard-reader';

/** Connections that are collected before they are sent, so that a bad hour of API Gateway fills no memory. */
const batchSize = 1_000;

/** The frame that could not be sent. */
type Unsent = Pick<DeliveryJob, 'frame' | 'type' | 'reportedAt'> & {
  /** How often it has been put back already. */
  readonly round?: number;
  /** In how many rounds, this one included, the connections were stuck. */
  readonly stuckRounds: number;
};

/** Connections that were met, and shards that were not read to their end: how many more are in them nobody knows. */
export interface Leftovers {
  readonly connections: number;
  readonly shards: number;
}

export class LeftoverCollector {
  private batch: Connection[] = [];
  private readonly sendings = new Set<Promise<void>>();
  private readonly requeued = { connections: 0, shards: 0 };
  private readonly lost = { connections: 0, shards: 0 };

  constructor(
    private readonly unsent: Unsent,
    private readonly queue: DeliveryQueue,
    private readonly log: Log,
  ) {}

  add(connection: Connection): void {
    this.batch.push(connection);
    if (this.batch.length >= batchSize) this.sendBatch();
  }

  /** Sends what is left, and the shards to go on in. Never rejects: what the queue did not take is lost. */
  async flush(
    unread: readonly UnreadShard[],
  ): Promise<{ readonly requeued: Leftovers; readonly lost: Leftovers }> {
    this.sendBatch();
    if (unread.length > 0) this.send(unread, { connections: 0, shards: unread.length });
    await Promise.all(this.sendings);
    return { requeued: this.requeued, lost: this.lost };
  }

  private sendBatch(): void {
    const connections = this.batch;
    if (connections.length === 0) return;
    this.batch = [];
    this.send([{ connections }], { connections: connections.length, shards: 0 });
  }

  private send(
    targets: readonly ({ readonly connections: readonly Connection[] } | UnreadShard)[],
    size: Leftovers,
  ): void {
    const { frame, type, reportedAt, round = 0, stuckRounds } = this.unsent;
    const jobs = targets.map((target): DeliveryJob => ({
      frame,
      type,
      reportedAt,
      round: round + 1,
      ...(stuckRounds === 0 ? {} : { stuckRounds }),
      ...target,
    }));
    const count = (counts: { connections: number; shards: number }) => {
      counts.connections += size.connections;
      counts.shards += size.shards;
    };
    const sending = this.queue.send(jobs).then(
      () => {
        count(this.requeued);
      },
      (error: unknown) => {
        count(this.lost);
        this.log.error('leftovers not queued', { type, ...size, error });
      },
    );
    this.sendings.add(sending);
    void sending.then(() => this.sendings.delete(sending));
  }
}
