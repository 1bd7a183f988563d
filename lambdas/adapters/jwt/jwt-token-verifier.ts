// Verifies the tokens of the configured identity provider with aws-jwt-verify.
import { CognitoJwtVerifier, validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import type { IdentityProvider } from '#lambdas/contract/identity-provider';
import type { Clock } from '#core/clock';
import type { TokenVerifier, VerifierRefusal } from '#core/auth/ports';
import { clockLeewaySeconds } from '#core/auth/judge-claims';
import { httpLoad } from './http-load';
import {
  createIssuerKeys,
  discoveryUrlOf,
  type FetchedKeys,
  type IssuerKeys,
  type Load,
} from './issuer-keys';
import { chooseKey } from './key-set';
import { refusalOf } from './token-refusal';
import {
  decodeUnverifiedToken,
  inspectUnverifiedToken,
  type ExpectedClaims,
} from './unverified-token';

export interface JwtTokenVerifier extends TokenVerifier {
  /**
   * Fetches the keys before the first token comes. If it fails, `verify` fetches them again.
   * @throws {@link KeysUnavailableError}
   */
  fetchKeys(): Promise<void>;
}

export interface JwtTokenVerifierOptions {
  /** Replaces the audience or the app client of the provider: a token for any of these is accepted. */
  readonly audiences?: readonly string[] | undefined;
  readonly load?: Load;
  readonly now?: Clock;
}

/** Refusals after which the keys are fetched again, because the issuer may have changed them. */
const refusalsOfKeys: ReadonlySet<VerifierRefusal> = new Set([
  'key_unknown',
  'key_ambiguous',
  'algorithm_not_allowed',
  'signature_invalid',
]);

type Verified = Awaited<ReturnType<TokenVerifier['verify']>>;

/**
 * Implements {@link TokenVerifier}. The issuer's clock may differ by {@link clockLeewaySeconds} for `nbf` and `exp`: the
 * library has one tolerance for both. Core's own rules for claims are stricter.
 */
export function createJwtTokenVerifier(
  provider: IdentityProvider,
  { audiences, load = httpLoad, now = Date.now }: JwtTokenVerifierOptions = {},
): JwtTokenVerifier {
  const trust = trustOf(provider, audiences);
  const keysByIssuer = new Map<string, IssuerKeys>(
    trust.issuers.map(({ issuer, url }) => [issuer, createIssuerKeys({ url, issuer, load, now })]),
  );
  const issuers = [...keysByIssuer.keys()];
  const expected: ExpectedClaims = { issuers, audience: trust.audience };

  function check(token: string, { keys }: FetchedKeys): Verified {
    try {
      const { header, signatureB64 } = decomposeUnverifiedJwt(token);
      const { alg = '', kid } = header;
      const choice = chooseKey(keys, { alg, kid });
      if (!choice.ok) return choice;
      // For a signature of another length, Node.js throws an error that is not the library's.
      if (!hasLengthOf(alg, signatureB64)) return { ok: false, code: 'signature_invalid' };
      const { jwk, keyObject } = choice.key;
      const claims = verifyJwtSync(
        token,
        jwk,
        { issuer: issuers, audience: trust.audience, graceSeconds: clockLeewaySeconds },
        () => keyObject,
      );
      trust.validate(claims);
      return { ok: true, claims };
    } catch (error) {
      return { ok: false, code: refusalOf(error) };
    }
  }

  return {
    async fetchKeys() {
      const fetched = await Promise.allSettled(
        [...keysByIssuer.values()].map((keys) => keys.current()),
      );
      const [first, ...others] = fetched;
      if (first?.status !== 'rejected') return;
      // The second issuer URL of a user pool has keys only if the pool uses it.
      if (others.every(({ status }) => status === 'rejected')) throw first.reason;
    },

    decode: decodeUnverifiedToken,

    async verify(token) {
      const startedAt = now();
      const refusal = inspectUnverifiedToken(token, expected);
      if (refusal !== undefined) return { ok: false, code: refusal };
      const keys = keysByIssuer.get(decomposeUnverifiedJwt(token).payload.iss ?? '');
      if (keys === undefined) return { ok: false, code: 'issuer_wrong' };
      const verdict = check(token, await keys.current());
      if (verdict.ok || !refusalsOfKeys.has(verdict.code)) return verdict;
      try {
        const refreshed = await keys.refreshed(startedAt);
        return refreshed === undefined ? verdict : check(token, refreshed);
      } catch (error) {
        // Newer keys are not available. But there is a key that fits the token's header, and its signature is wrong.
        if (verdict.code === 'signature_invalid') return verdict;
        throw error;
      }
    },
  };
}

/** The length of a signature in bytes: r and s side by side. @see https://datatracker.ietf.org/doc/html/rfc7518#section-3.4 */
const signatureBytes = new Map([
  ['ES256', 64],
  ['ES384', 96],
  ['ES512', 132],
]);

function hasLengthOf(alg: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url').length;
  return bytes === (signatureBytes.get(alg) ?? bytes);
}

/** The trusted issuers, and the rules for the claims of their tokens. */
interface Trust {
  readonly issuers: readonly { readonly issuer: string; readonly url: string }[];
  readonly audience: string[] | null;
  /** @throws the errors of aws-jwt-verify */
  readonly validate: (claims: JwtPayload) => void;
}

function trustOf(provider: IdentityProvider, audiences?: readonly string[]): Trust {
  if (provider.kind === 'oidc') {
    const { issuer, jwksUri: url = discoveryUrlOf(issuer) } = provider;
    const audience = [...(audiences ?? [provider.audience])];
    return { issuers: [{ issuer, url }], audience, validate: () => undefined };
  }
  const { userPoolId } = provider;
  const clientId = [...(audiences ?? [provider.userPoolClientId])];
  return {
    // A user pool has two issuer URLs: the region's, and `issuer-cognito-idp` of pools in several regions.
    issuers: ['cognito-idp', 'issuer-cognito-idp'].map((form) => {
      const { issuer, jwksUri: url } = CognitoJwtVerifier.parseUserPoolId(userPoolId, form);
      return { issuer, url };
    }),
    audience: null,
    // ID tokens have the client's id as `aud`, access tokens as `client_id`. Both are accepted.
    validate: (claims) => {
      validateCognitoJwtFields(claims, { clientId, tokenUse: null });
    },
  };
}
