// The settings of the front door: valid values and faults.
import { parseConfiguration } from '#infra/config/configuration';
import { parseFrontDoor } from '#infra/config/front-door-settings';

const domainName = 'your-domain.com';
const certificateArn =
  'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d-1111-2222-3333-444455556666';
const named = { domainName, certificateArn };

const faultsOf = (given: unknown) => {
  const parsed = parseFrontDoor(given);
  return parsed.ok ? [] : parsed.faults.map(({ path, problem }) => `${path} ${problem}`);
};

it.each([undefined, false, 'false'])('configures no front door for %p', (given) => {
  expect(parseFrontDoor(given)).toEqual({ ok: true, value: undefined });
});

it.each([true, 'true', {}])(
  'configures a front door with the domain name of CloudFront for %p',
  (given) => {
    expect(parseFrontDoor(given)).toEqual({ ok: true, value: { token: { kind: 'paste' } } });
  },
);

it('accepts an object with all settings', () => {
  const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/mine/0a1b2c3d-1111';
  const token = {
    kind: 'oauth',
    authorizationUrl: 'https://login.example.com/authorize',
    tokenUrl: 'https://login.example.com/token',
    clientId: 'dashboard',
    scope: 'openid email',
    use: 'id_token',
  };
  const given = { ...named, webAclArn, token };
  expect(parseFrontDoor(given)).toEqual({ ok: true, value: given });
});

it('refuses a domain without a certificate, and a certificate without a domain', () => {
  expect(faultsOf({ domainName })).toEqual([
    'frontDoor.certificateArn is missing: a domain needs a certificate of ACM in us-east-1',
  ]);
  expect(faultsOf({ certificateArn })).toEqual([
    'frontDoor.domainName is missing: the certificate is for one',
  ]);
});

it.each([
  'https://your-domain.com',
  'your-domain.com/',
  'Your-Domain.com',
  '*.your-domain.com',
  '-a.com',
  'localhost',
  '192.0.2.1',
  '',
  7,
])('refuses %p as a domain', (given) => {
  expect(faultsOf({ ...named, domainName: given })).toEqual([
    'frontDoor.domainName must be a host name in small letters, like your-domain.com',
  ]);
});

it('refuses a certificate that CloudFront does not support', () => {
  const elsewhere = certificateArn.replace('us-east-1', 'eu-central-1');
  for (const given of [elsewhere, 'your-domain.com', certificateArn.replace('acm', 'iam')]) {
    expect(faultsOf({ domainName, certificateArn: given })).toEqual([
      expect.stringMatching(/^frontDoor\.certificateArn must be the ARN .* in us-east-1/),
    ]);
  }
});

it('refuses a regional web ACL', () => {
  const regional = 'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/mine/0a1b2c3d';
  expect(faultsOf({ webAclArn: regional })).toEqual([
    expect.stringMatching(/^frontDoor\.webAclArn must be .* scope is CLOUDFRONT/),
  ]);
});

it.each([
  [
    { kind: 'cookie' },
    'frontDoor.token.kind must be an object whose kind is paste, endpoint or oauth',
  ],
  [
    { kind: 'endpoint', url: 'http://a.example.com' },
    'frontDoor.token.url must be the address that answers with the token of the signed-in user: an https URL without credentials',
  ],
  [
    { kind: 'paste', url: 'https://a.example.com' },
    'frontDoor.token.url is not a setting here: the settings are kind',
  ],
])('refuses %j as a source of tokens', (token, fault) => {
  expect(faultsOf({ token })).toEqual([fault]);
});

it('accepts a value that CloudFormation resolves later', () => {
  expect(faultsOf({ domainName, certificateArn: '${Token[TOKEN.17]}' })).toEqual([]);
});

it('lists all faults together with those of the other settings', () => {
  const parsed = parseConfiguration({
    issuer: 'https://issuer.example.com',
    audience: 'mission-control',
    heartbeatSeconds: 7,
    frontDoor: { domain: domainName, certificateArn: 'none' },
  });
  expect(parsed.ok ? [] : parsed.faults.map(({ path }) => path)).toEqual([
    'heartbeatSeconds',
    'frontDoor.certificateArn',
    'frontDoor.domain',
  ]);
  expect(faultsOf('yes')).toEqual(['frontDoor must be true, false or an object of settings']);
  expect(faultsOf({ domain: domainName })).toEqual([
    'frontDoor.domain is not a setting here: the settings are domainName, certificateArn, webAclArn, token',
  ]);
});
