// Removes the records of connections that are gone, in batches, during a fan-out.
import { mayBeOpening } from './connection';
import type { Clock } from '../clock';
import type { Connection, ConnectionStore } from './ports';
import type { Log } from '../log';

/** Maximum number of items that DynamoDB deletes in one request. */
const batchSize = 25;

export class GoneCollector {
  private batch: Connection[] = [];
  private readonly removals = new Set<Promise<void>>();

  constructor(
    private readonly connections: ConnectionStore,
    private readonly now: Clock,
    private readonly log: Log,
  ) {}

  add(connection: Connection): void {
    if (mayBeOpening(connection, this.now())) return;
    this.batch.push(connection);
    if (this.batch.length >= batchSize) this.removeBatch();
  }

  /** Resolves when all removals have ended. Never rejects. */
  async flush(): Promise<void> {
    this.removeBatch();
    await Promise.all(this.removals);
  }

  private removeBatch(): void {
    const batch = this.batch;
    if (batch.length === 0) return;
    this.batch = [];
    const removal = this.connections.removeAll(batch).catch((error: unknown) => {
      // The next fan-out finds the records again.
      this.log.warn('gone connections not removed', { connections: batch.length, error });
    });
    this.removals.add(removal);
    void removal.then(() => this.removals.delete(removal));
  }
}
