// Implements DynamoDB's time to live, which dynalite lacks, by regular sweeps that delete expired items.
import type { WriteLogLine } from '../../support/log-line';
import type { Cancel, Timers } from '../../support/timers';
import type { DynamoEngine, EngineOperation } from './dynamo-engine';

export interface TimeToLiveOptions {
  readonly engine: DynamoEngine;
  readonly tableName: string;
  /** The attribute that holds an item's time of expiry, in seconds since the Unix epoch. */
  readonly attribute: string;
  /** The attributes of the table's primary key. */
  readonly keyNames: readonly string[];
  readonly timers: Timers;
  readonly log: WriteLogLine;
}

type Item = Readonly<Record<string, unknown>>;

/** The shortest pause between two sweeps. AWS deletes expired items within a few days. */
const sweepMilliseconds = 5_000;

/** The pause after a sweep is at least this many times as long as the sweep, so sweeps take at most 2 % of the time. */
const restFactor = 50;

/** Items that one Scan reads. Other requests wait meanwhile. */
const pageSize = 500;

/** DynamoDB does not delete items that expired more than five years ago. */
const fiveYearsSeconds = 5 * 365 * 24 * 60 * 60;

/**
 * Sweeps a table repeatedly until the returned function is called. If a sweep fails before that, the error is logged.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export function keepExpiring(options: TimeToLiveOptions): Cancel {
  const { timers, log, tableName } = options;
  let cancel: Cancel = () => undefined;
  let stopped = false;
  const schedule = (afterMilliseconds: number) => {
    cancel = timers.after(afterMilliseconds, () => {
      const startedAt = timers.now();
      deleteExpired(options)
        .catch((error: unknown) => {
          // The database may be closed by now.
          if (stopped) return;
          const text = `Time to live of ${tableName}: ${error instanceof Error ? error.message : String(error)}`;
          log({ source: 'stack', stream: 'stderr', text });
        })
        .finally(() => {
          const rest = restFactor * (timers.now() - startedAt);
          if (!stopped) schedule(Math.max(sweepMilliseconds, rest));
        });
    });
  };
  schedule(sweepMilliseconds);
  return () => {
    stopped = true;
    cancel();
  };
}

/** Deletes all items that have expired. Rejects if the table cannot be read or written. */
export async function deleteExpired(options: TimeToLiveOptions): Promise<void> {
  const { engine, tableName, attribute, keyNames, timers } = options;
  const now = Math.floor(timers.now() / 1000);
  const expired = {
    TableName: tableName,
    ExpressionAttributeNames: { '#ttl': attribute },
    ExpressionAttributeValues: {
      ':now': { N: String(now) },
      ':oldest': { N: String(now - fiveYearsSeconds) },
    },
  };
  const condition = '#ttl < :now AND #ttl > :oldest';
  let start: unknown;
  do {
    const page = await run(engine, 'Scan', {
      ...expired,
      FilterExpression: condition,
      Limit: pageSize,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const item of page.Items ?? []) {
      const Key = Object.fromEntries(keyNames.map((name) => [name, item[name]]));
      // The item's time of expiry may have changed since the Scan.
      await run(engine, 'DeleteItem', { ...expired, Key, ConditionExpression: condition });
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** @throws for every error except a failed condition */
async function run(engine: DynamoEngine, operation: EngineOperation, input: unknown) {
  const response = await engine.run(operation, Buffer.from(JSON.stringify(input)));
  const output = JSON.parse(response.body ?? '{}') as {
    readonly Items?: readonly Item[];
    readonly LastEvaluatedKey?: unknown;
    readonly __type?: string;
  };
  if (response.status === 200 || output.__type?.endsWith('#ConditionalCheckFailedException')) {
    return output;
  }
  throw new Error(`${operation} failed: ${String(output.__type)}`);
}
