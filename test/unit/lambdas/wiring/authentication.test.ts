// The identity provider and the scope rule of a function, read from its environment.
import { readIdentityProvider, readScopeRule } from '#wiring/authentication';

it('reads an OpenID Connect issuer', () => {
  const environment = { ISSUER: 'https://issuer.test', AUDIENCE: 'mission-control' };
  expect(readIdentityProvider(environment)).toEqual({
    kind: 'oidc',
    issuer: 'https://issuer.test',
    audience: 'mission-control',
  });
});

it('reads a Cognito user pool, and ignores empty variables', () => {
  const environment = {
    ISSUER: '',
    USER_POOL_ID: 'eu-central-1_AbCdEf123',
    USER_POOL_CLIENT_ID: 'client-1',
  };
  expect(readIdentityProvider(environment)).toEqual({
    kind: 'cognito',
    userPoolId: 'eu-central-1_AbCdEf123',
    userPoolClientId: 'client-1',
  });
});

it.each([
  ['an empty environment', {}, 'ISSUER is missing'],
  ['no audience', { ISSUER: 'https://issuer.test' }, 'AUDIENCE is missing'],
  [
    'no user pool client',
    { USER_POOL_ID: 'eu-central-1_AbCdEf123' },
    'USER_POOL_CLIENT_ID is missing',
  ],
  ['an issuer with an http URL', { ISSUER: 'http://issuer.test', AUDIENCE: 'a' }, 'ISSUER must be'],
])('refuses %s with the name of the variable in the error', (_what, environment, message) => {
  expect(() => readIdentityProvider(environment)).toThrow(message);
});

it.each([
  ['no scopes', {}, undefined],
  ['no scopes for empty variables', { SCOPE_CLAIM: '', SCOPE_PATTERN: '' }, undefined],
  ['a claim', { SCOPE_CLAIM: 'cognito:groups' }, { claim: 'cognito:groups' }],
  [
    'a claim with a pattern',
    { SCOPE_CLAIM: 'agents', SCOPE_PATTERN: '{value}/*' },
    { claim: 'agents', template: '{value}/*' },
  ],
])('reads %s', (_what, environment, rule) => {
  expect(readScopeRule(environment)).toEqual(rule);
});

it.each([
  ['a pattern without a claim', { SCOPE_PATTERN: '{value}/*' }, 'SCOPE_PATTERN needs scopeClaim'],
  [
    'a pattern without a place for the value',
    { SCOPE_CLAIM: 'agents', SCOPE_PATTERN: 'team-a/*' },
    'SCOPE_PATTERN must be a pattern that contains {value} once',
  ],
])('refuses %s', (_what, environment, message) => {
  expect(() => readScopeRule(environment)).toThrow(message);
});
