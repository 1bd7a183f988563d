// Builds and parses the authorizer's context, from which the other functions get a connection's user.
import * as v from 'valibot';
import { isUserId } from '#core/auth/user-id';
import { isPattern, objectOf, parse } from '#sdk/protocol';
import type { VerifiedToken } from '#core/auth/ports';

/** The context that the authorizer returns, and that later events have as `requestContext.authorizer`. */
export type AuthorizerContext = VerifiedToken;

/** The `context` of the authorizer's answer for the owner of a verified token. It cannot have lists: the scope is JSON text. */
export function buildAuthorizerContext({
  userId,
  expiresAt,
  issuedAt,
  scope,
}: VerifiedToken): Partial<Record<keyof AuthorizerContext, string | number>> {
  return {
    ...{ userId, expiresAt },
    ...(issuedAt === undefined ? {} : { issuedAt }),
    ...(scope === undefined ? {} : { scope: JSON.stringify(scope) }),
  };
}

// API Gateway passes every value of the context on as a string.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
const time = v.pipe(
  v.union([v.pipe(v.string(), v.regex(/^\d{1,16}$/)), v.number()]),
  v.transform(Number),
  v.safeInteger(),
  v.minValue(0),
);

// A value that is not a valid scope is refused: a connection without a scope gets the events of all agents.
const scopeSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.custom<string>(isPattern)),
  v.minLength(1),
);

const contextSchema = objectOf({
  userId: v.custom<string>(isUserId),
  expiresAt: v.pipe(time, v.minValue(1)),
  issuedAt: v.optional(time),
  scope: v.optional(scopeSchema),
});

/**
 * Reads `requestContext.authorizer` of an event.
 * @returns undefined if it is not a context of the authorizer: the connection is not authorized then
 */
export function parseAuthorizerContext(value: unknown): AuthorizerContext | undefined {
  const parsed = parse(contextSchema, value);
  if (!parsed.ok) return undefined;
  const { issuedAt, scope, ...token } = parsed.value;
  return { ...token, ...(issuedAt !== undefined && { issuedAt }), ...(scope && { scope }) };
}
