// What can name a user.
import { utf8Length } from '#sdk/protocol';

/**
 * Bytes of UTF-8 that a user id may have: what OpenID Connect allows for `sub`, and, encoded, little enough
 * for a DynamoDB sort key of 1,024 bytes that it shares with a connection id.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
const maxUserIdBytes = 255;

/** Whether a token's `sub` can name a user: 1 to {@link maxUserIdBytes} bytes of well-formed text. */
export function isUserId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    utf8Length(value) <= maxUserIdBytes &&
    // Half a surrogate pair has no UTF-8: all of them would be stored as the same replacement character.
    !/\p{Surrogate}/u.test(value)
  );
}
