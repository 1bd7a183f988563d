import { signedEndpointOf } from '#wiring/signed-endpoint';

const keys = {
  AWS_ACCESS_KEY_ID: 'AKID',
  AWS_SECRET_ACCESS_KEY: 'key',
  AWS_SESSION_TOKEN: 'session',
};
const environment = { ...keys, AWS_REGION: 'eu-central-1' };
const urlIn = (given: NodeJS.ProcessEnv, service: 'dynamodb' | 'sqs' | 'events' = 'dynamodb') =>
  signedEndpointOf({ ...environment, ...given }, service)?.url;

it('is the public endpoint of the region, with the credentials of the environment', () => {
  expect(signedEndpointOf(environment, 'dynamodb')).toEqual({
    url: 'https://dynamodb.eu-central-1.amazonaws.com',
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'key', sessionToken: 'session' },
  });
  expect(urlIn({}, 'sqs')).toBe('https://sqs.eu-central-1.amazonaws.com');
  expect(urlIn({ AWS_REGION: 'us-west-2' }, 'events')).toBe(
    'https://events.us-west-2.amazonaws.com',
  );
});

it('has no session token if the environment has none', () => {
  const { credentials } = signedEndpointOf({ ...environment, AWS_SESSION_TOKEN: '' }, 'sqs') ?? {};
  expect(credentials).toEqual({ accessKeyId: 'AKID', secretAccessKey: 'key' });
});

it.each([
  ['AWS_ENDPOINT_URL_DYNAMODB', 'dynamodb'],
  ['AWS_ENDPOINT_URL_SQS', 'sqs'],
  ['AWS_ENDPOINT_URL_EVENTBRIDGE', 'events'],
] as const)('is the endpoint that %s configures, before that of all services', (name, service) => {
  const both = { AWS_ENDPOINT_URL: 'http://all', [name]: 'http://one' };
  expect(urlIn(both, service)).toBe('http://one');
  expect(urlIn({ ...both, [name]: '' }, service)).toBe('http://all');
  const ignored = { ...both, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
  expect(urlIn(ignored, service)).toMatch(/amazonaws\.com$/);
});

it.each([
  ['China', { AWS_REGION: 'cn-north-1' }],
  ['GovCloud', { AWS_REGION: 'us-gov-west-1' }],
  ['an isolated partition', { AWS_REGION: 'us-iso-east-1' }],
  ['the European sovereign cloud', { AWS_REGION: 'eusc-de-east-1' }],
  ['FIPS', { AWS_USE_FIPS_ENDPOINT: 'true' }],
  ['IPv6', { AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ['no region', { AWS_REGION: undefined }],
  ['no key', { AWS_ACCESS_KEY_ID: '' }],
  ['no secret', { AWS_SECRET_ACCESS_KEY: undefined }],
])('is left to the AWS SDK with %s', (_, given) => {
  expect(urlIn(given)).toBeUndefined();
});
