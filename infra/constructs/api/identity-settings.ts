// Whose tokens a function accepts, as its environment says.
import type { Configuration } from '../../config/configuration';
import type { Settings } from '../base/service-function';

/** The settings that name an identity provider, and say how old its tokens may be. */
export function identitySettings({
  identityProvider: provider,
  maxTokenHours,
}: Pick<Configuration, 'identityProvider' | 'maxTokenHours'>): Settings {
  if (provider.kind === 'oidc') {
    const { issuer, audience, jwksUri } = provider;
    return { issuer, audience, jwksUri, maxTokenHours };
  }
  const { userPoolId, userPoolClientId } = provider;
  return { userPoolId, userPoolClientId, maxTokenHours };
}
