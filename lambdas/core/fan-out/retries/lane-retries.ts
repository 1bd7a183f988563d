// Collects the connections of a lane that go to the retry queue, by their rounds.
import type { Connection } from '../../connections/ports';
import type { Log } from '../../log';
import type { RetryQueue } from '../ports';
import { RetryCollector, type ShardsLeft } from './retry-collector';
import type { OutgoingMessage } from '../outgoing-message';

/** Connections in the queue, connections that were lost because the queue did not accept them, and shards in the queue. */
interface RetriesSent {
  readonly requeued: number;
  readonly lost: number;
  readonly requeuedShards: number;
}

export class LaneRetries {
  /** Connections to which no post was delivered. */
  private readonly unreached: Readonly<Record<'left' | 'stuck', RetryCollector>>;
  /** Connections to which some posts were delivered: their clients read, so their rounds start again. */
  private readonly reached: Readonly<Record<'left' | 'stuck', RetryCollector>>;
  /** Connections that get only the messages of later fan-outs: this fan-out has counted them by another outcome. */
  private readonly uncounted: RetryCollector;

  /**
   * @param rounds how often the connections have been put back, and in how many rounds they were stuck
   */
  constructor(
    { round, stuckRounds }: { readonly round?: number | undefined; readonly stuckRounds: number },
    queue: RetryQueue,
    log: Log,
  ) {
    const collect = (round: number | undefined, stuckRounds: number) =>
      new RetryCollector({ round, stuckRounds }, queue, log);
    this.unreached = { left: collect(round, 0), stuck: collect(round, stuckRounds + 1) };
    this.reached = { left: collect(undefined, 0), stuck: collect(undefined, 1) };
    this.uncounted = collect(undefined, 0);
  }

  /**
   * @param delivered the number of posts that were delivered to the connection
   * @param missing the messages that it misses
   */
  add(
    connection: Connection,
    outcome: 'left' | 'stuck',
    delivered: number,
    missing: readonly OutgoingMessage[],
  ): void {
    (delivered > 0 ? this.reached : this.unreached)[outcome].add(connection, missing);
  }

  /** @param missing the messages that later fan-outs have left for the connection */
  addUncounted(connection: Connection, missing: readonly OutgoingMessage[]): void {
    this.uncounted.add(connection, missing);
  }

  /** Sends the connections that have been collected so far. */
  flushEarly(): void {
    for (const collector of this.counted()) void collector.flush();
  }

  /** Sends the other connections, and the shards to continue. Never rejects: what the queue does not accept is lost. */
  async flush(shards: ShardsLeft | undefined): Promise<RetriesSent> {
    const sent = await Promise.all(
      this.counted().map((collector) =>
        collector.flush(collector === this.unreached.left ? shards : undefined),
      ),
    );
    await this.uncounted.flush();
    const sum = (of: (one: (typeof sent)[number]) => number) =>
      sent.reduce((total, one) => total + of(one), 0);
    return {
      requeued: sum(({ requeued }) => requeued.connections),
      lost: sum(({ lost }) => lost.connections),
      requeuedShards: sum(({ requeued }) => requeued.shards),
    };
  }

  private counted(): readonly RetryCollector[] {
    const { unreached, reached } = this;
    return [unreached.left, unreached.stuck, reached.left, reached.stuck];
  }
}
