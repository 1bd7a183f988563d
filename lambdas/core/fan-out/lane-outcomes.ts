// Handles the outcome of each connection of a lane: counts it, and removes its record, closes it, or queues a retry.
import { GoneCollector } from '../connections/gone-collector';
import type { Connection } from '../connections/ports';
import type { IsSkipped, Outcome } from '../posting/posting';
import type { FanOutReport } from './fan-out-report';
import type { FanOutDependencies, LaneRequest } from './lane-request';
import type { OutgoingMessage } from './outgoing-message';
import { LaneRetries } from './retries/lane-retries';
import { joined } from './retries/stragglers';
import { giveUpAll, isGivenUp } from './retries/stuck-connections';

/** The counts of connections and shards in a report. */
export type OutcomeCounts = Omit<
  FanOutReport,
  'posts' | 'retried' | 'milliseconds' | 'postsPerSecond' | 'connectionCounts'
>;

const nothing: readonly OutgoingMessage[] = [];

export class LaneOutcomes {
  private readonly counts = {
    delivered: 0,
    gone: 0,
    lost: 0,
    expired: 0,
    skipped: 0,
    filtered: 0,
    closed: 0,
  };
  private readonly gone: GoneCollector;
  private readonly retries: LaneRetries;
  /** Connections to close, because they were stuck for too many rounds, with the messages that they miss. */
  private readonly givenUp = new Map<Connection, readonly OutgoingMessage[]>();
  /** The number of connections whose messages were left to an earlier fan-out, which waits for their answers. */
  private leftToOthers = 0;

  constructor(
    private readonly request: LaneRequest,
    private readonly dependencies: FanOutDependencies,
    private readonly findRefreshed: (connection: Connection) => Promise<Connection | undefined>,
  ) {
    const { connections, now, log, queue } = dependencies;
    this.gone = new GoneCollector(connections, now, log);
    this.retries = new LaneRetries(
      { round: request.round, stuckRounds: request.stuck?.rounds ?? 0 },
      queue,
      log,
    );
  }

  /** Connections that are left out on purpose, and stragglers of earlier fan-outs. */
  get isSkipped(): IsSkipped | undefined {
    const { isSkipped, stragglers } = this.request;
    if (stragglers === undefined) return isSkipped;
    return (connection) => isSkipped?.(connection) === true || stragglers.has(connection);
  }

  readonly settle = (connection: Connection, outcome: Outcome, delivered: number): void => {
    const { counts } = this;
    const { connectionCounts, requeue, stragglers } = this.request;
    if (outcome !== 'gone') connectionCounts?.count(connection);
    if (outcome === 'filtered') {
      counts.filtered += 1;
      return;
    }
    if (outcome === 'skipped') {
      this.settleSkipped(connection);
      return;
    }
    const leftByOthers = stragglers?.release(connection) ?? nothing;
    if (outcome === 'gone') {
      counts.gone += 1;
      this.gone.add(connection);
    } else if (outcome === 'stuck' || (outcome === 'left' && requeue)) {
      this.putBack(connection, outcome, delivered, leftByOthers);
    } else {
      if (leftByOthers.length > 0) this.retries.addUncounted(connection, leftByOthers);
      if (outcome === 'delivered') counts.delivered += 1;
      else counts.lost += 1;
    }
  };

  /** @returns the current connection if its token has been refreshed and it is to be posted to; otherwise undefined */
  readonly onExpired = async (connection: Connection): Promise<Connection | undefined> => {
    const refreshed = await this.findRefreshed(connection);
    if (refreshed === undefined) {
      this.counts.expired += 1;
      await this.request.onExpired?.(connection);
      return undefined;
    }
    if (this.request.stragglers?.has(refreshed) !== true) return refreshed;
    this.settle(refreshed, 'skipped', 0);
    return undefined;
  };

  /** Sends the retries that have been collected so far to the queue. */
  flushEarly(): void {
    this.retries.flushEarly();
  }

  /** Closes connections that are given up, and sends all other retries to the queue. Never rejects. */
  async finish(): Promise<OutcomeCounts> {
    await this.closeGivenUp();
    const { requeue, lists, lane } = this.request;
    const shards = this.request.cursors();
    const left = { shards, messages: lists.all.missingAfter(0), lane };
    const { requeued, lost, requeuedShards } = await this.retries.flush(requeue ? left : undefined);
    await this.gone.flush();
    return {
      ...this.counts,
      lost: this.counts.lost + lost,
      requeued: requeued + this.leftToOthers,
      requeuedShards,
      lostShards: shards.length - requeuedShards,
    };
  }

  /** Settles a connection to which nothing was posted. */
  private settleSkipped(connection: Connection): void {
    const { stragglers, isSkipped, requeue, lists } = this.request;
    const missing = lists.all.missingAfter(0);
    if (stragglers === undefined || isSkipped?.(connection) === true) this.counts.skipped += 1;
    else if (!requeue) this.counts.lost += 1;
    else if (stragglers.leave(connection, missing)) this.leftToOthers += 1;
    else this.retries.add(connection, 'left', 0, missing);
  }

  /** @param leftByOthers the messages that later fan-outs have left for a straggler */
  private putBack(
    connection: Connection,
    outcome: 'left' | 'stuck',
    delivered: number,
    leftByOthers: readonly OutgoingMessage[],
  ): void {
    const { lists, stuck } = this.request;
    // If all are missing, connections of all views share one list: its retry job reads their views again.
    const list = delivered === 0 ? lists.all : lists.of(connection);
    const missing = joined(list.missingAfter(delivered), leftByOthers);
    const isLastRound = stuck !== undefined && isGivenUp(stuck);
    if (outcome === 'stuck' && delivered === 0 && isLastRound)
      this.givenUp.set(connection, missing);
    else this.retries.add(connection, outcome, delivered, missing);
  }

  private async closeGivenUp(): Promise<void> {
    const { stuck, deadline } = this.request;
    if (stuck === undefined) return;
    const isOver = () => this.dependencies.now() >= deadline;
    const ended = await giveUpAll([...this.givenUp.keys()], stuck, isOver);
    this.counts.closed = ended.closed;
    this.counts.gone += ended.gone;
    for (const connection of ended.open) {
      this.retries.add(connection, 'stuck', 0, this.givenUp.get(connection) ?? nothing);
    }
  }
}
