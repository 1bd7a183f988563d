// Where and as whom requests are sent that are signed without the AWS SDK.
import type { SignedEndpoint } from '#adapters/http/signed-json';

/** The names of services in host names, and in the variables that set another endpoint. */
const variables = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  events: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
} as const;

/** The regions whose hosts are `<service>.<region>.amazonaws.com`. In others, the AWS SDK knows the hosts. */
const commonRegion = /^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d+$/;

/**
 * The endpoint of a service, as the AWS SDK would choose it.
 * @returns undefined in regions of other partitions, without credentials in the environment, or if the environment selects endpoints
 *   with FIPS or for IPv6: then, only the AWS SDK knows where to send requests
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function signedEndpointOf(
  environment: NodeJS.ProcessEnv,
  service: keyof typeof variables,
): SignedEndpoint | undefined {
  const {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = environment;
  if (!region || !accessKeyId || !secretAccessKey) return undefined;
  const url = configuredUrl(environment, service) ?? publicUrl(environment, service, region);
  const token = sessionToken ? { sessionToken } : {};
  return url === undefined
    ? undefined
    : { url, region, credentials: { accessKeyId, secretAccessKey, ...token } };
}

function configuredUrl(
  environment: NodeJS.ProcessEnv,
  service: keyof typeof variables,
): string | undefined {
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return undefined;
  const given = [variables[service], 'AWS_ENDPOINT_URL'].map((name) => environment[name]);
  // An empty variable is as none.
  return given.find((url) => url);
}

function publicUrl(
  environment: NodeJS.ProcessEnv,
  service: string,
  region: string,
): string | undefined {
  const isSpecial = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT'].some(
    (name) => environment[name] === 'true',
  );
  if (isSpecial || !commonRegion.test(region)) return undefined;
  return `https://${service}.${region}.amazonaws.com`;
}
