// Sends what a fan-out could not deliver in time to the retry queue: lists of connections, and shards to continue.
import type { Connection, Lane } from '../../connections/ports';
import type { RetryJob, RetryQueue } from '../ports';
import type { Log } from '../../log';
import type { ShardCursor } from '../shard-reader';
import type { OutgoingMessage } from '../outgoing-message';

/** Number of connections after which a list is sent, so that a long failure of API Gateway does not fill the memory. */
const batchSize = 1_000;

/** The rounds of the jobs that are put back. */
interface PuttingBack {
  /** How often they have been put back already. Default: 0. */
  readonly round?: number | undefined;
  /** The number of rounds, including this one, in which the connections were stuck. */
  readonly stuckRounds: number;
}

/** Shards to continue, and the messages for their remaining connections. */
export interface ShardsLeft {
  readonly shards: readonly ShardCursor[];
  readonly messages: readonly OutgoingMessage[];
  readonly lane: Lane | undefined;
}

/** The number of connections, and of shards that were not read to their end. */
interface Retries {
  readonly connections: number;
  readonly shards: number;
}

export class RetryCollector {
  /** Connections by the messages that they miss: connections that miss the same messages share one list of them. */
  private readonly batches = new Map<readonly OutgoingMessage[], Connection[]>();
  private readonly sendings = new Set<Promise<void>>();
  private readonly requeued = { connections: 0, shards: 0 };
  private readonly lost = { connections: 0, shards: 0 };

  constructor(
    private readonly puttingBack: PuttingBack,
    private readonly queue: RetryQueue,
    private readonly log: Log,
  ) {}

  /** @param messages the messages that the connection misses */
  add(connection: Connection, messages: readonly OutgoingMessage[]): void {
    const batch = this.batches.get(messages) ?? [];
    batch.push(connection);
    this.batches.set(messages, batch);
    if (batch.length >= batchSize) this.sendBatch(messages, batch);
  }

  /** Sends the other connections, and the shards to continue. Never rejects: what the queue does not accept is lost. */
  async flush(left?: ShardsLeft): Promise<{ readonly requeued: Retries; readonly lost: Retries }> {
    for (const [messages, batch] of this.batches) this.sendBatch(messages, batch);
    if (left !== undefined && left.shards.length > 0) {
      const lane = left.lane === undefined ? {} : { lane: left.lane };
      const targets = left.shards.map((shard) => ({ ...shard, ...lane }));
      this.send(left.messages, targets, { connections: 0, shards: targets.length });
    }
    await Promise.all(this.sendings);
    return { requeued: this.requeued, lost: this.lost };
  }

  private sendBatch(
    messages: readonly OutgoingMessage[],
    connections: readonly Connection[],
  ): void {
    this.batches.delete(messages);
    this.send(messages, [{ connections }], { connections: connections.length, shards: 0 });
  }

  private send(
    messages: readonly OutgoingMessage[],
    targets: readonly (
      { readonly connections: readonly Connection[] } | (ShardCursor & { readonly lane?: Lane })
    )[],
    size: Retries,
  ): void {
    const { round = 0, stuckRounds } = this.puttingBack;
    const jobs = targets.map((target): RetryJob => ({
      messages,
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
        this.log.error('retry jobs not queued', { messages: messages.length, ...size, error });
      },
    );
    this.sendings.add(sending);
    void sending.then(() => this.sendings.delete(sending));
  }
}
