// Token buckets in DynamoDB, of which each is one number: when it will be full again.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  UpdateCommand,
  type DynamoDBDocumentClient,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { RateLimit, RateLimitStore } from '#core/connections/ports';
import { wasMet } from './requests/dynamo-condition';
import { rateLimitKey } from './dynamo-keys';
import { ttlAttribute, ttlOf } from './dynamo-ttl';

/**
 * A token that is so nearly back is back, in milliseconds. At rates that do not divide a minute moments have fractions,
 * which are rounded: here to a four-thousandth, in DynamoDB not at all. Else the last token of a burst would be missed.
 */
const roundingMilliseconds = 0.001;

/** Buckets that an execution environment remembers at the most. */
const maxRemembered = 10_000;

/**
 * Taking a token moves the moment at which the bucket is full by what one token takes to come back, and is allowed
 * while that moment is at most a whole bucket away. So a token is one conditional write, or two when the bucket is
 * not full, and nobody ever has to read, compare and try again, however many take at once.
 *
 * That moment only ever becomes later. So an execution environment which remembers what it last saw of it knows which
 * of the two writes is in vain, and that a bucket is still empty: whoever floods costs no more writes than it has tokens.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export function createDynamoRateLimitStore(
  client: DynamoDBDocumentClient,
  tableName: string,
): RateLimitStore {
  /** When buckets are full, at the earliest, by their keys. */
  const seen = new Map<string, number>();

  function remember(name: string, fullAt: number): void {
    if (seen.size >= maxRemembered) seen.clear();
    seen.set(name, Math.max(fullAt, seen.get(name) ?? -Infinity));
  }

  /** Whether the condition was met; in any case, remembers what the bucket is like. */
  async function attempt(name: string, update: UpdateCommand): Promise<boolean> {
    try {
      const { Attributes: written } = await client.send(update);
      remember(name, Number(written?.['fullAt'] ?? -Infinity));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The document client does not translate what an error carries.
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
      // From then on it is full, as a bucket is that nobody has ever taken from.
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
      await wasMet(client.send(update));
    },
  };
}

/** A conditional write of a bucket. `fullAt` is the expression of its new value; `values` have the `:ttl` as well. */
function updateOf(
  target: Pick<UpdateCommandInput, 'TableName' | 'Key'>,
  write: {
    readonly fullAt: string;
    readonly condition: string;
    readonly values: Readonly<Record<string, number>>;
  },
): UpdateCommand {
  return new UpdateCommand({
    ...target,
    UpdateExpression: `SET fullAt = ${write.fullAt}, ${ttlAttribute} = :ttl`,
    ConditionExpression: write.condition,
    ExpressionAttributeValues: write.values,
    // What the item is like afterwards, or what it is like when nothing was written. Neither takes read capacity:
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    ReturnValues: 'UPDATED_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
}

/** What a token takes to come back, and a whole bucket of them. */
function millisecondsOf({ perMinute, burst }: RateLimit) {
  const token = 60_000 / perMinute;
  return { token, bucket: burst * token };
}
