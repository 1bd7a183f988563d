// Verifies the tokens of the configured identity provider with aws-jwt-verify.
import { CognitoJwtVerifier } from 'aws-jwt-verify/cognito-verifier';
import type { JwksCache } from 'aws-jwt-verify/jwk';
import type { JwtPayload } from 'aws-jwt-verify/jwt-model';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import type { IdentityProvider } from '../contract';
import type { Clock, TokenVerifier } from '../core/ports';
import { tokenOwner } from '../core/token-owner';
import { createHttpLoad } from './http-load';
import { createKeyCache, discoveryUrlOf, KeysUnavailableError, type Load } from './issuer-keys';
import { refusalOf } from './token-refusal';
import { inspectUnverifiedToken, type ExpectedClaims } from './unverified-token';

export interface JwtTokenVerifier extends TokenVerifier {
  /**
   * Fetches the keys ahead of the first token. Only for the cold start: it fetches each time it is called.
   * When it fails, `verify` fetches again.
   * @throws {@link KeysUnavailableError}
   */
  fetchKeys(): Promise<void>;
}

/**
 * Answers {@link TokenVerifier}; `verify` throws {@link KeysUnavailableError} only. Clocks of issuer and
 * service are taken to agree: no grace for `exp` or `nbf`.
 */
export function createJwtTokenVerifier(
  provider: IdentityProvider,
  { load = createHttpLoad(), now = Date.now }: { load?: Load; now?: Clock } = {},
): JwtTokenVerifier {
  const keys = createKeyCache({
    ...(provider.kind === 'oidc' ? { issuer: provider.issuer } : {}),
    load,
    now,
  });
  const verifier = createLibraryVerifier(provider, keys);
  const expected = expectedClaimsOf(provider);
  let coldStart: Promise<void> | undefined;
  return {
    fetchKeys: () => (coldStart = verifier.hydrate()),
    verify: async (token) => {
      const refusal = inspectUnverifiedToken(token, expected, now());
      if (refusal !== undefined) return { ok: false, code: refusal };
      // The first token waits for the keys, but does not share their failure.
      await coldStart?.catch(() => undefined);
      try {
        return tokenOwner(await verifier.verify(token), now());
      } catch (error) {
        if (error instanceof KeysUnavailableError) throw error;
        return { ok: false, code: refusalOf(error) };
      }
    },
  };
}

interface LibraryVerifier {
  hydrate(): Promise<void>;
  verify(token: string): Promise<JwtPayload>;
}

function createLibraryVerifier(provider: IdentityProvider, jwksCache: JwksCache): LibraryVerifier {
  if (provider.kind === 'cognito') {
    const { userPoolId, userPoolClientId: clientId } = provider;
    // Both ID and access tokens: the first carry the client's id as `aud`, the second as `client_id`.
    return CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: null }, { jwksCache });
  }
  const { issuer, audience, jwksUri = discoveryUrlOf(issuer) } = provider;
  return JwtVerifier.create({ issuer, audience, jwksUri }, { jwksCache });
}

function expectedClaimsOf(provider: IdentityProvider): ExpectedClaims {
  if (provider.kind === 'oidc') {
    return { issuers: [provider.issuer], audience: provider.audience };
  }
  // A user pool has two issuer URLs: the region's, and `issuer-cognito-idp` of pools in several regions.
  const issuers = ['cognito-idp', 'issuer-cognito-idp'].map(
    (form) => CognitoJwtVerifier.parseUserPoolId(provider.userPoolId, form).issuer,
  );
  return { issuers, audience: null };
}
