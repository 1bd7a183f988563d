// Token buckets in DynamoDB, of which each is one number: when it will be full again.
import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { RateLimitStore } from '../core/ports';
import { wasMet } from './dynamo-condition';
import { rateLimitKey } from './dynamo-keys';

/**
 * A token that is so nearly back is back, in milliseconds. At rates that do not divide a minute moments have fractions,
 * which are rounded: here to a four-thousandth, in DynamoDB not at all. Else the last token of a burst would be missed.
 */
const roundingMilliseconds = 0.001;

/**
 * Taking a token moves the moment at which the bucket is full by what one token takes to come back, and is allowed
 * while that moment is at most a whole bucket away. So a token is one conditional write, or two when the bucket is
 * not full, and nobody ever has to read, compare and try again, however many take at once.
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export function createDynamoRateLimitStore(
  client: DynamoDBDocumentClient,
  tableName: string,
): RateLimitStore {
  return {
    async take(userId, what, { perMinute, burst }, now) {
      const tokenMilliseconds = 60_000 / perMinute;
      const bucketMilliseconds = burst * tokenMilliseconds;
      const latest = now + bucketMilliseconds - tokenMilliseconds + roundingMilliseconds;
      const update = (set: string, condition: string, values: Record<string, number>) =>
        new UpdateCommand({
          TableName: tableName,
          Key: rateLimitKey(userId, what),
          UpdateExpression: `SET fullAt = ${set}, expiresAt = :expiresAt`,
          ConditionExpression: condition,
          ExpressionAttributeValues: {
            ':now': now,
            // From then on it is full, as a bucket is that nobody has ever taken from.
            ':expiresAt': Math.ceil((now + bucketMilliseconds) / 1000),
            ...values,
          },
        });
      const fromFull = update(':next', 'attribute_not_exists(fullAt) OR fullAt <= :now', {
        ':next': now + tokenMilliseconds,
      });
      const fromRest = update('fullAt + :token', 'fullAt BETWEEN :now AND :latest', {
        ':token': tokenMilliseconds,
        ':latest': latest,
      });
      return (await wasMet(client.send(fromFull))) || wasMet(client.send(fromRest));
    },
  };
}
