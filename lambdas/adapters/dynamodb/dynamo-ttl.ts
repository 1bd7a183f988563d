// Computes the TTL of items: when DynamoDB may delete them. The stored name of the attribute is `expiresAt`, because a stack update
// cannot change it. Everywhere else in the code, `expiresAt` is in milliseconds.
import { attributes } from '#lambdas/contract/table-keys';

/** The TTL attribute, as it is stored. */
export const ttlAttribute = attributes.ttl;

/**
 * The value of the TTL attribute, in seconds since the Unix epoch.
 * @param deletableAt milliseconds since the Unix epoch
 * @param rounding `up`: the item is never deleted too early. `down`: if readers compare the TTL with a time that is
 * rounded down as well, or if the TTL has minutes of reserve
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export function ttlOf(deletableAt: number, rounding: 'up' | 'down' = 'up'): number {
  const seconds = deletableAt / 1000;
  return rounding === 'up' ? Math.ceil(seconds) : Math.floor(seconds);
}
