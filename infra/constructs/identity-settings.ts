// Whose tokens a function accepts, as its environment says.
import type { Configuration } from '../configuration';
import type { Settings } from './service-function';

/** The settings that name an identity provider. */
export function identitySettings(provider: Configuration['identityProvider']): Settings {
  if (provider.kind === 'oidc') {
    const { issuer, audience, jwksUri } = provider;
    return { issuer, audience, jwksUri };
  }
  const { userPoolId, userPoolClientId } = provider;
  return { userPoolId, userPoolClientId };
}
