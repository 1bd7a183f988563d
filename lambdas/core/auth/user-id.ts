// Defines which values are valid user ids.
import { utf8Length } from '#sdk/protocol';

/**
 * The maximum length of a user id, in bytes of UTF-8: the limit of OpenID Connect for `sub`. Encoded, it fits together with a
 * connection id into a DynamoDB sort key of 1,024 bytes.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
const maxUserIdBytes = 255;

/** Whether a token's `sub` is a valid user id: 1 to {@link maxUserIdBytes} bytes of well-formed text. */
export function isUserId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    utf8Length(value) <= maxUserIdBytes &&
    // A lone surrogate has no UTF-8: all lone surrogates would be stored as the same replacement character.
    !/\p{Surrogate}/u.test(value)
  );
}
