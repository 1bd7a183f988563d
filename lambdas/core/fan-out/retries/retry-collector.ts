// What a fan-out could not send in its time goes to the queue: lists of connections, and shards to go on in.
import type { Connection, Lane } from '../../connections/ports';
import type { RetryJob, RetryQueue } from '../ports';
import type { Log } from '../../log';
import type { ShardCursor } from '../shard-reader';
import type { OutgoingMessage } from '../outgoing-message';

/** Connections that are collected before they are sent, so that a long failure of API Gateway does not fill the memory. */
const batchSize = 1_000;

/** The rounds of what is put back. */
interface PuttingBack {
  /** How often it has been put back already. */
  readonly round?: number | undefined;
  /** In how many rounds, this one included, the connections were stuck. */
  readonly stuckRounds: number;
}

/** Shards that are to be read on, and the messages for their connections. */
export interface ShardsLeft {
  readonly shards: readonly ShardCursor[];
  readonly messages: readonly OutgoingMessage[];
  readonly lane: Lane | undefined;
}

/** Connections, and shards that were not read to their end, whose further connections are not known. */
interface Retries {
  readonly connections: number;
  readonly shards: number;
}

export class RetryCollector {
  /** By the messages that are missing: connections that miss the same share one list of them. */
  private readonly batches = new Map<readonly OutgoingMessage[], Connection[]>();
  private readonly sendings = new Set<Promise<void>>();
  private readonly requeued = { connections: 0, shards: 0 };
  private readonly lost = { connections: 0, shards: 0 };

  constructor(
    private readonly puttingBack: PuttingBack,
    private readonly queue: RetryQueue,
    private readonly log: Log,
  ) {}

  /** @param messages those that the connection misses */
  add(connection: Connection, messages: readonly OutgoingMessage[]): void {
    const batch = this.batches.get(messages) ?? [];
    batch.push(connection);
    this.batches.set(messages, batch);
    if (batch.length >= batchSize) this.sendBatch(messages, batch);
  }

  /** Sends what is left, and the shards to go on in. Never rejects: what the queue did not take is lost. */
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
