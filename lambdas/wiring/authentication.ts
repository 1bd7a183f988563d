// Whose tokens this function accepts, from its environment.
import { createJwtTokenVerifier, type JwtTokenVerifier } from '#adapters/jwt/jwt-token-verifier';
import { describeFaults } from '#sdk/protocol';
import { identityProviderOf, type IdentityProvider } from '#lambdas/contract/identity-provider';
import { variableOf } from '#lambdas/contract/setting';
import { ConfigurationError, readSettings } from './environment';

/**
 * The identity provider that the environment names.
 * @throws {@link ConfigurationError} when it names none, half of one, or two
 */
export function readIdentityProvider(environment: NodeJS.ProcessEnv): IdentityProvider {
  const settings = readSettings(
    environment,
    [],
    ['issuer', 'audience', 'jwksUri', 'userPoolId', 'userPoolClientId'],
  );
  const provider = identityProviderOf(settings);
  if (provider.ok) return provider.value;
  const faults = provider.faults.map((fault) => ({
    ...fault,
    path: variableOf(fault.path),
  }));
  throw new ConfigurationError(`The environment is not as expected: ${describeFaults(faults)}.`);
}

/**
 * The verifier that the environment of a function describes.
 * @throws a ConfigurationError that lists what is wrong with the environment
 */
export function readTokenVerifier(environment: NodeJS.ProcessEnv): JwtTokenVerifier {
  const { maxTokenHours } = readSettings(environment, [], ['maxTokenHours']);
  return createJwtTokenVerifier(readIdentityProvider(environment), { maxTokenHours });
}
