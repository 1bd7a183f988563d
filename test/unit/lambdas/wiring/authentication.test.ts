// Whose tokens a function accepts, read from its environment.
import { readIdentityProvider } from '#wiring/authentication';

it('reads an OpenID Connect issuer', () => {
  const environment = { ISSUER: 'https://issuer.test', AUDIENCE: 'mission-control' };
  expect(readIdentityProvider(environment)).toEqual({
    kind: 'oidc',
    issuer: 'https://issuer.test',
    audience: 'mission-control',
  });
});

it('reads a Cognito user pool; empty variables are absent ones', () => {
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
  ['nothing', {}, 'ISSUER is missing'],
  ['no audience', { ISSUER: 'https://issuer.test' }, 'AUDIENCE is missing'],
  ['no client', { USER_POOL_ID: 'eu-central-1_AbCdEf123' }, 'USER_POOL_CLIENT_ID is missing'],
  ['an issuer in the clear', { ISSUER: 'http://issuer.test', AUDIENCE: 'a' }, 'ISSUER must be'],
])('refuses %s by the name of the variable', (_what, environment, message) => {
  expect(() => readIdentityProvider(environment)).toThrow(message);
});
