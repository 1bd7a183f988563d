// Stores token buckets in DynamoDB. Each is one number: the time at which the bucket is full again.
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { RateLimit, RateLimitStore } from '#core/connections/ports';
import { isUnmet, wasMet } from './requests/dynamo-condition';
import { rateLimitKey } from './dynamo-keys';
import { ttlAttribute, ttlOf } from './dynamo-ttl';
import type { TableRequests } from './requests/table-requests';

/**
 * Tolerance in milliseconds for the time at which a token comes back. At rates that do not divide a minute, times have
 * fractions, which JavaScript rounds to a four-thousandth, and DynamoDB does not. Without the tolerance, the last token of
 * a burst would be refused.
 */
const roundingMilliseconds = 0.001;

/** Maximum number of buckets that an execution environment remembers. */
const maxRemembered = 10_000;

/**
 * Taking a token moves `fullAt`, the time at which the bucket is full again, by the time that one token needs to come
 * back. It is allowed while `fullAt` is at most a whole bucket away. So taking a token is one conditional write, or two
 * if the bucket is not full, and never a read, a comparison and a retry, however many callers there are at once.
 *
 * `fullAt` never decreases. So an execution environment that remembers the last value it has seen knows which of the two
 * writes would fail, and that a bucket is still empty: a client that floods costs no more writes than it has tokens.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export function createDynamoRateLimitStore(
  table: TableRequests,
  tableName: string,
): RateLimitStore {
  /** The last known `fullAt` of buckets, by their keys. The stored one may be later. */
  const seen = new Map<string, number>();

  function remember(name: string, fullAt: number): void {
    if (seen.size >= maxRemembered) seen.clear();
    seen.set(name, Math.max(fullAt, seen.get(name) ?? -Infinity));
  }

  /** Whether the condition was met. In any case, the bucket's `fullAt` is remembered. */
  async function attempt(name: string, update: UpdateCommandInput): Promise<boolean> {
    try {
      const { Attributes: written } = await table.update(update);
      remember(name, Number(written?.['fullAt'] ?? -Infinity));
      return true;
    } catch (error) {
      if (!isUnmet(error)) throw error;
      // The document client does not convert the item of an error.
      remember(name, Number(error.Item?.['fullAt']?.N ?? -Infinity));
      return false;
    }
  }

  return {
    async take(userId, what, limit, now) {
      const { token, bucket } = millisecondsOf(limit);
      const name = JSON.stringify([userId, what]);
      const target = { TableName: tableName, Key: rateLimitKey(userId, what) };
      const latest = now + bucket - token + roundingMilliseconds;
      // At its TTL the bucket is full, like a bucket without an item.
      const times = { ':now': now, ':ttl': ttlOf(now + bucket) };
      const fromFull = updateOf(target, {
        fullAt: ':next',
        condition: 'attribute_not_exists(fullAt) OR fullAt <= :now',
        values: { ...times, ':next': now + token },
      });
      const fromRest = updateOf(target, {
        fullAt: 'fullAt + :token',
        condition: 'fullAt BETWEEN :now AND :latest',
        values: { ...times, ':token': token, ':latest': latest },
      });
      const known = () => seen.get(name) ?? -Infinity;
      if (known() <= now && (await attempt(name, fromFull))) return true;
      return known() <= latest && attempt(name, fromRest);
    },

    async empty(userId, what, limit, until) {
      const { token, bucket } = millisecondsOf(limit);
      const fullAt = until + bucket - token;
      const target = { TableName: tableName, Key: rateLimitKey(userId, what) };
      const update = updateOf(target, {
        fullAt: ':full',
        condition: 'attribute_not_exists(fullAt) OR fullAt < :full',
        values: { ':full': fullAt, ':ttl': ttlOf(fullAt) },
      });
      await wasMet(table.update(update));
    },
  };
}

/** A conditional write of a bucket. `fullAt` is the expression of the new value; `values` must include `:ttl`. */
function updateOf(
  target: Pick<UpdateCommandInput, 'TableName' | 'Key'>,
  write: {
    readonly fullAt: string;
    readonly condition: string;
    readonly values: Readonly<Record<string, number>>;
  },
): UpdateCommandInput {
  return {
    ...target,
    UpdateExpression: `SET fullAt = ${write.fullAt}, ${ttlAttribute} = :ttl`,
    ConditionExpression: write.condition,
    ExpressionAttributeValues: write.values,
    // The new values if it is written, or the whole item if it is not. Neither consumes read capacity:
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    ReturnValues: 'UPDATED_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** The time that one token needs to come back, and that a whole bucket needs. */
function millisecondsOf({ perMinute, burst }: RateLimit) {
  const token = 60_000 / perMinute;
  return { token, bucket: burst * token };
}
