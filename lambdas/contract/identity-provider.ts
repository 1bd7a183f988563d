// Determines the identity provider from the settings.
import type { Parsed } from '../../sdk/protocol';

/** The identity provider whose tokens open connections. */
export type IdentityProvider =
  | { readonly kind: 'oidc'; readonly issuer: string; audience: string; readonly jwksUri?: string }
  | { readonly kind: 'cognito'; readonly userPoolId: string; readonly userPoolClientId: string };

type IdentitySetting = 'issuer' | 'audience' | 'jwksUri' | 'userPoolId' | 'userPoolClientId';
type IdentitySettings = Partial<Record<IdentitySetting, string | undefined>>;

/** The identity provider that the settings name: an OIDC issuer or a Cognito user pool, never both. */
export function identityProviderOf(given: IdentitySettings): Parsed<IdentityProvider> {
  const { issuer, audience, jwksUri, userPoolId, userPoolClientId } = given;
  const oidc = issuer !== undefined || audience !== undefined || jwksUri !== undefined;
  const cognito = userPoolId !== undefined || userPoolClientId !== undefined;
  if (oidc && cognito) {
    return refuse('issuer', 'and userPoolId exclude each other: set one identity provider');
  }
  if (cognito) {
    if (userPoolId === undefined) return refuse('userPoolId', 'is missing');
    if (userPoolClientId === undefined) return refuse('userPoolClientId', 'is missing');
    return { ok: true, value: { kind: 'cognito', userPoolId, userPoolClientId } };
  }
  if (issuer === undefined) {
    return refuse(
      'issuer',
      'is missing: clients could not connect. Set issuer and audience of your OpenID Connect provider ' +
        '(-c issuer=https://… -c audience=…), or userPoolId and userPoolClientId of a Cognito user pool, ' +
        'or have a user pool created (-c auth=cognito-new)',
    );
  }
  if (audience === undefined) return refuse('audience', 'is missing');
  const value = { kind: 'oidc', issuer, audience, ...(jwksUri === undefined ? {} : { jwksUri }) };
  return { ok: true, value: value as IdentityProvider };
}

function refuse(path: string, problem: string): Parsed<never> {
  return { ok: false, faults: [{ path, problem }] };
}
