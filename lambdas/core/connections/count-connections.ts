// Counts connections and distinct users by shard.
import type { Connection, ShardCount } from './ports';
import { laneOf } from './connection';
import { shardOf } from '../shard';

interface Tally {
  connections: number;
  batched: number;
  readonly users: Set<string>;
}

export class ConnectionCounter {
  private readonly tallies = new Map<number, Tally>();

  constructor(private readonly shards: readonly number[]) {
    for (const shard of shards) {
      this.tallies.set(shard, { connections: 0, batched: 0, users: new Set() });
    }
  }

  /** Counts a connection that is still open. */
  count(connection: Connection): void {
    const { userId } = connection;
    const tally = this.tallies.get(shardOf(userId));
    if (tally === undefined) return;
    tally.connections += 1;
    if (laneOf(connection) === 'batched') tally.batched += 1;
    tally.users.add(userId);
  }

  /**
   * The counts of all shards that were read to their end.
   * @param takenAt milliseconds since the Unix epoch
   * @param cursors the shards that were not read to their end
   */
  result(takenAt: number, cursors: readonly number[]): ShardCount[] {
    return this.shards
      .filter((shard) => !cursors.includes(shard))
      .map((shard) => {
        const { connections = 0, batched = 0, users } = this.tallies.get(shard) ?? {};
        return { shard, connections, batched, users: users?.size ?? 0, takenAt };
      });
  }
}
