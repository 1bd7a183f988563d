// Parses the settings of the identity provider: an existing one, or a user pool that is created with the stack.
import * as v from 'valibot';
import { objectOf, parse, type Parsed } from '../../sdk/protocol/parse';
import {
  identityProviderOf,
  type IdentityProvider,
} from '../../lambdas/contract/identity-provider';
import { deploymentSettings } from './deployment-settings';

/** A Cognito user pool and its app client that are to be created. */
interface NewUserPool {
  readonly kind: 'cognito-new';
}

export type RequestedProvider = IdentityProvider | NewUserPool;

const providerSettings = [
  'issuer',
  'audience',
  'jwksUri',
  'userPoolId',
  'userPoolClientId',
] as const;

/** The settings of the identity provider. */
export const identitySettingNames = [...providerSettings, 'auth'] as const;

const schema = objectOf({
  issuer: v.optional(deploymentSettings.issuer.schema),
  audience: v.optional(deploymentSettings.audience.schema),
  jwksUri: v.optional(deploymentSettings.jwksUri.schema),
  userPoolId: v.optional(deploymentSettings.userPoolId.schema),
  userPoolClientId: v.optional(deploymentSettings.userPoolClientId.schema),
  auth: v.optional(deploymentSettings.auth.schema),
});

/** Parses the identity provider. The settings must describe either an existing one or a new one. */
export function parseProvider(given: Readonly<Record<string, unknown>>): Parsed<RequestedProvider> {
  const settings = parse(schema, given);
  // Missing settings are reported even if others are malformed.
  const present = settings.ok ? settings.value : presenceOf(given);
  const provider = given['auth'] === undefined ? identityProviderOf(present) : newUserPool(given);
  if (settings.ok) return provider;
  return { ok: false, faults: [...settings.faults, ...(provider.ok ? [] : provider.faults)] };
}

function newUserPool(given: Readonly<Record<string, unknown>>): Parsed<NewUserPool> {
  const other = providerSettings.find((name) => name in given);
  if (other === undefined) return { ok: true, value: { kind: 'cognito-new' } };
  const problem = `and ${other} exclude each other: set one identity provider`;
  return { ok: false, faults: [{ path: 'auth', problem }] };
}

function presenceOf(given: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    providerSettings.filter((name) => name in given).map((name) => [name, name]),
  );
}
