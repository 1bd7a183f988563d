// Decides on requests as the JWT authorizer of an HTTP API does.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { JwtAuthorizer } from '../definition';

/** What a route's integration gets as `requestContext.authorizer.jwt`. */
export interface JwtContext {
  /** Each as text, even lists and numbers. */
  readonly claims: Readonly<Record<string, string>>;
  /** The token's scopes; null if the route requires none. */
  readonly scopes: readonly string[] | null;
}

/** `challenge` is the header `www-authenticate` of the answer. */
export type JwtVerdict =
  | { readonly allowed: true; readonly jwt: JwtContext }
  | { readonly allowed: false; readonly status: 401 | 403; readonly challenge: string };

export type AuthorizeJwt = (authorization: string | undefined) => Promise<JwtVerdict>;

/** API Gateway supports only algorithms based on RSA. */
const algorithms = ['RS256', 'RS384', 'RS512'];

/**
 * @param jwksUri the URL of the issuer's keys. Default: found by discovery, which is the only way of API Gateway
 */
export function createAuthorizeJwt(
  { issuer, audiences, scopes }: JwtAuthorizer,
  jwksUri?: string,
): AuthorizeJwt {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  /** The keys are cached after the first successful request for them. */
  async function keysOfIssuer(): Promise<JWTVerifyGetKey> {
    keys ??= Promise.resolve(jwksUri ?? discover(issuer)).then((url) =>
      createRemoteJWKSet(new URL(url)),
    );
    try {
      return await keys;
    } catch (error) {
      keys = undefined;
      throw error;
    }
  }

  const refuse = (status: 401 | 403, error: string, description: string): JwtVerdict => {
    const challenge = `Bearer scope="${scopes.join(' ')}" error="${error}" error_description="${description}"`;
    return { allowed: false, status, challenge };
  };

  async function verify(token: string): Promise<JwtVerdict> {
    if (!hasKeyId(token)) throw new Invalid('the token has no kid');
    const options = { issuer, algorithms, requiredClaims: ['exp'] };
    const { payload } = await jwtVerify(token, await keysOfIssuer(), options);
    if (!isFor(audiences, payload)) throw new Invalid('the token does not have a valid audience');
    if (payload.iat !== undefined && payload.iat > Date.now() / 1000) {
      throw new Invalid('the token was issued in the future');
    }
    const granted = scopesIn(payload);
    if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
      return refuse(403, 'insufficient_scope', 'the token has none of the required scopes');
    }
    const claims = Object.fromEntries(
      Object.entries(payload).map(([name, value]) => [name, asText(value)]),
    );
    return { allowed: true, jwt: { claims, scopes: scopes.length > 0 ? granted : null } };
  }

  return async (authorization = '') => {
    // The identity source has the token alone, or with the scheme before it.
    const token = authorization.replace(/^bearer /i, '').trim();
    if (token === '') return { allowed: false, status: 401, challenge: 'Bearer' };
    try {
      return await verify(token);
    } catch (error) {
      return refuse(401, 'invalid_token', descriptionOf(error));
    }
  };
}

/** The text of the error is the description in the answer. */
class Invalid extends Error {}

/** Only the text for a wrong audience is documented. */
function descriptionOf(error: unknown): string {
  if (error instanceof Invalid) return error.message;
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the claim ${error.claim} is invalid`;
  if (error instanceof errors.JOSEError) return 'the token is invalid';
  return 'the keys of the issuer are not available';
}

function hasKeyId(token: string): boolean {
  try {
    return decodeProtectedHeader(token).kid !== undefined;
  } catch {
    throw new Invalid('the token is malformed');
  }
}

/** API Gateway evaluates `client_id` only if there is no `aud`. */
function isFor(audiences: readonly string[], { aud, client_id: client }: JWTPayload): boolean {
  return [aud ?? client].flat().some((each) => audiences.includes(each as string));
}

/** The scopes in the claim `scope` or `scp`: a text with spaces, or a list. */
function scopesIn({ scope, scp }: JWTPayload): string[] {
  return [scope ?? scp]
    .flat()
    .flatMap((value) => (typeof value === 'string' ? value.split(' ') : []))
    .filter((value) => value !== '');
}

/** A claim as HTTP APIs pass it to integrations, e.g. the list of `a` and `b` as `[a b]`. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asText).join(' ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `map[${Object.entries(value)
      .map(([name, inner]) => `${name}:${asText(inner)}`)
      .join(' ')}]`;
  }
  return String(value);
}

/** The URL of an issuer's keys, from its metadata. */
async function discover(issuer: string): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { jwks_uri: url } = (await response.json()) as { readonly jwks_uri?: unknown };
  if (typeof url !== 'string') throw new Error(`${issuer} has no jwks_uri`);
  return url;
}
