// The identity provider of a function, read from its environment.
import { readIdentityProvider } from '#wiring/authentication';

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
