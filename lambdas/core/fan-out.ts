// One frame to every connection: the one thing this service exists to do.
import { isExpired, ShardCount } from './connection';
import { createLimit } from './limit';
import type { Clock, Connection, ConnectionStore, Log, Poster, ShardCensus } from './ports';
import { shards } from './shard';

/** A connection this young may answer 410 because its handshake is still going on: its record stays. */
const handshakeMilliseconds = 5_000;

/** What became of one frame. */
export interface FanOutReport {
  readonly delivered: number;
  readonly gone: number;
  readonly failed: number;
  /** Connections that were passed over because they have expired. */
  readonly expired: number;
  /** Shards that could not be read to the end. */
  readonly unreadShards: number;
  readonly milliseconds: number;
  /** The connections that are left, by shard; shards that could not be read are absent. */
  readonly census: readonly ShardCensus[];
}

/**
 * Posts a frame's text to every live connection; `onExpired` is told of each record that is past its time.
 * Never throws: EventBridge would repeat the event for everybody.
 */
export type FanOut = (
  frame: string,
  onExpired?: (connection: Connection) => Promise<void>,
) => Promise<FanOutReport>;

export interface FanOutDependencies {
  readonly connections: ConnectionStore;
  readonly poster: Poster;
  readonly now: Clock;
  readonly log: Log;
  /** Posts in flight at the most. */
  readonly concurrency?: number;
}

type Outcome = 'delivered' | 'gone' | 'failed' | 'expired';
const outcomes: readonly Outcome[] = ['delivered', 'gone', 'failed', 'expired'];

export function createFanOut(dependencies: FanOutDependencies): FanOut {
  const { connections, poster, now, log, concurrency = 64 } = dependencies;

  async function remove(connection: Connection): Promise<void> {
    if (now() - connection.connectedAt < handshakeMilliseconds) return;
    try {
      await connections.remove(connection);
    } catch (error) {
      // The next fan-out meets the record again.
      log.warn('gone connection not removed', { connectionId: connection.connectionId, error });
    }
  }

  async function deliver(connection: Connection, frame: string): Promise<Outcome> {
    const delivery = await poster.post(connection.connectionId, frame);
    if (delivery === 'delivered') return 'delivered';
    if (delivery !== 'gone') return 'failed';
    await remove(connection);
    return 'gone';
  }

  return async (frame, onExpired = () => Promise.resolve()) => {
    const startedAt = now();
    const limit = createLimit(concurrency);
    const counts = { delivered: 0, gone: 0, failed: 0, expired: 0 };

    async function toShard(shard: number): Promise<ShardCensus | undefined> {
      const left = new ShardCount();
      try {
        for await (const page of connections.pages(shard)) {
          const ended = await Promise.all(
            page.map((connection) =>
              limit(async () => {
                if (!isExpired(connection, now())) return deliver(connection, frame);
                await onExpired(connection);
                return 'expired';
              }),
            ),
          );
          for (const outcome of outcomes) {
            counts[outcome] += ended.filter((one) => one === outcome).length;
          }
          page
            .filter((_, index) => ended[index] === 'delivered' || ended[index] === 'failed')
            .forEach((connection) => {
              left.add(connection);
            });
        }
      } catch (error) {
        log.error('shard not read to its end', { shard, error });
        return undefined;
      }
      return left.census(shard, startedAt);
    }

    const taken = await Promise.all(shards.map(toShard));
    const census = taken.filter((one) => one !== undefined);
    return {
      ...counts,
      unreadShards: shards.length - census.length,
      milliseconds: now() - startedAt,
      census,
    };
  };
}
