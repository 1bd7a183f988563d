// When DynamoDB may delete an item of itself. `expiresAt` is milliseconds everywhere else in the code; here alone it is
// the stored name of the TTL attribute: DynamoDB does not let an update of the stack change it.
import { attributes } from '#lambdas/contract/table-keys';

/** The TTL attribute, as it is stored. */
export const ttlAttribute = attributes.ttl;

/**
 * The value of the TTL attribute, in seconds since the Unix epoch.
 * @param deletableAt milliseconds since the Unix epoch
 * @param rounding `up`: the item is never deleted too early. `down`: for items whose readers compare the TTL with a
 * time that is rounded down as well, and for those that have minutes to spare
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export function ttlOf(deletableAt: number, rounding: 'up' | 'down' = 'up'): number {
  const seconds = deletableAt / 1000;
  return rounding === 'up' ? Math.ceil(seconds) : Math.floor(seconds);
}
