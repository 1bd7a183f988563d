// What a fan-out could not send in its time goes to the queue: lists of connections, and shards to go on in.
import type { Connection, DeliveryJob, DeliveryQueue, Log } from './ports';
import type { UnreadShard } from './shard-reader';

/** Connections that are collected before they are sent, so that a bad hour of API Gateway fills no memory. */
const batchSize = 1_000;

/** The frame that could not be sent. */
type Unsent = Pick<DeliveryJob, 'frame' | 'type' | 'reportedAt'> & {
  /** How often it has been put back already. */
  readonly round?: number;
};

export class LeftoverCollector {
  private batch: Connection[] = [];
  private readonly sendings = new Set<Promise<void>>();
  private requeued = 0;
  private lost = 0;

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
  ): Promise<{ readonly requeued: number; readonly lost: number }> {
    this.sendBatch();
    if (unread.length > 0) this.send(unread, 0);
    await Promise.all(this.sendings);
    return { requeued: this.requeued, lost: this.lost };
  }

  private sendBatch(): void {
    const connections = this.batch;
    if (connections.length === 0) return;
    this.batch = [];
    this.send([{ connections }], connections.length);
  }

  private send(
    targets: readonly ({ readonly connections: readonly Connection[] } | UnreadShard)[],
    count: number,
  ): void {
    const { frame, type, reportedAt, round = 0 } = this.unsent;
    const jobs = targets.map((target): DeliveryJob => ({
      frame,
      type,
      reportedAt,
      round: round + 1,
      ...target,
    }));
    const sending = this.queue.send(jobs).then(
      () => {
        this.requeued += count;
      },
      (error: unknown) => {
        this.lost += count;
        this.log.error('leftovers not queued', { type, connections: count, error });
      },
    );
    this.sendings.add(sending);
    void sending.then(() => this.sendings.delete(sending));
  }
}
