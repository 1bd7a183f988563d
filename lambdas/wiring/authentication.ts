// Creates the authentication of tokens from a function's environment.
import { createJwtTokenVerifier, type JwtTokenVerifier } from '#adapters/jwt/jwt-token-verifier';
import { createAuthenticate, type Authenticate } from '#core/auth/authenticate';
import { identityProviderOf, type IdentityProvider } from '#lambdas/contract/identity-provider';
import { readSettings, valueOf } from './environment';

/**
 * The identity provider that the environment names.
 * @throws a ConfigurationError if it names none, an incomplete one, or two
 */
export function readIdentityProvider(environment: NodeJS.ProcessEnv): IdentityProvider {
  const settings = readSettings(
    environment,
    [],
    ['issuer', 'audience', 'jwksUri', 'userPoolId', 'userPoolClientId'],
  );
  return valueOf(identityProviderOf(settings));
}

export interface Authentication extends Pick<JwtTokenVerifier, 'fetchKeys'> {
  readonly authenticate: Authenticate;
}

/** @throws a ConfigurationError that lists all faults of the environment */
export function createAuthentication(environment: NodeJS.ProcessEnv): Authentication {
  const { maxTokenHours } = readSettings(environment, [], ['maxTokenHours']);
  const verifier = createJwtTokenVerifier(readIdentityProvider(environment));
  const authenticate = createAuthenticate({ verifier, now: Date.now, maxTokenHours });
  return { authenticate, fetchKeys: () => verifier.fetchKeys() };
}
