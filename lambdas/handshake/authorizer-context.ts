// What the authorizer tells the other functions about a connection: named here for both ends.
import * as v from 'valibot';
import { objectOf, parse, utf8Length } from '#sdk/protocol';
import type { VerifiedToken } from '#core/auth/ports';

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

/** The context as the authorizer returns it, and as `requestContext.authorizer` should hold it later. */
export type AuthorizerContext = VerifiedToken;

/** The `context` of the authorizer's answer for the owner of a verified token. */
export function buildAuthorizerContext({
  userId,
  expiresAt,
  issuedAt,
}: VerifiedToken): Partial<Record<keyof AuthorizerContext, string | number>> {
  return { userId, expiresAt, ...(issuedAt === undefined ? {} : { issuedAt }) };
}

// API Gateway hands every value of the context on as a string.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
const time = v.pipe(
  v.union([v.pipe(v.string(), v.regex(/^\d{1,16}$/)), v.number()]),
  v.transform(Number),
  v.safeInteger(),
  v.minValue(0),
);

const contextSchema = objectOf({
  userId: v.custom<string>(isUserId),
  expiresAt: v.pipe(time, v.minValue(1)),
  issuedAt: v.optional(time),
});

/**
 * Reads `requestContext.authorizer` of an event.
 * @returns undefined when it is not what the authorizer wrote: then nobody has let this connection in
 */
export function parseAuthorizerContext(value: unknown): AuthorizerContext | undefined {
  const parsed = parse(contextSchema, value);
  if (!parsed.ok) return undefined;
  const { issuedAt, ...token } = parsed.value;
  return issuedAt === undefined ? token : { ...token, issuedAt };
}
