// Creates the authentication of tokens from a function's environment.
import { createJwtTokenVerifier, type JwtTokenVerifier } from '#adapters/jwt/jwt-token-verifier';
import { createAuthenticate, type Authenticate } from '#core/auth/authenticate';
import { identityProviderOf, type IdentityProvider } from '#lambdas/contract/identity-provider';
import { scopeRuleOf, type ScopeRule } from '#lambdas/contract/scope-rule';
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

/**
 * Where tokens name the agents of their users; undefined if the service has no scopes.
 * @throws a ConfigurationError if the environment has a pattern, but no claim
 */
export function readScopeRule(environment: NodeJS.ProcessEnv): ScopeRule | undefined {
  return valueOf(scopeRuleOf(readSettings(environment, [], ['scopeClaim', 'scopePattern'])));
}

export interface Authentication extends Pick<JwtTokenVerifier, 'fetchKeys'> {
  readonly authenticate: Authenticate;
}

/**
 * @param audiences replaces the audience or the app client of the identity provider. Default: its own
 * @throws a ConfigurationError that lists all faults of the environment
 */
export function createAuthentication(
  environment: NodeJS.ProcessEnv,
  audiences?: readonly string[],
): Authentication {
  const { maxTokenHours } = readSettings(environment, [], ['maxTokenHours']);
  const verifier = createJwtTokenVerifier(readIdentityProvider(environment), { audiences });
  const scopeRule = readScopeRule(environment);
  const authenticate = createAuthenticate({ verifier, now: Date.now, maxTokenHours, scopeRule });
  return { authenticate, fetchKeys: () => verifier.fetchKeys() };
}
