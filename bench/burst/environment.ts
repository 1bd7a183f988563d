// What the function `broadcast` finds in its environment during a measurement.
import { variableOf } from '#lambdas/contract/setting';
import { serviceSettings } from '#lambdas/contract/settings';

export const region = 'eu-central-1';

/** The settings that `broadcast` reads, and has to have: a deployment that sets none has their defaults. */
const settings = (
  [
    'stage',
    'heartbeat',
    'heartbeatSeconds',
    'agentDays',
    'sessionHours',
    'coalesceMilliseconds',
    'largeFanOutConnections',
    'maxPostsPerSecond',
  ] as const
).map((name) => [name, String(serviceSettings[name].default)] as const);

/** What a function sees; nothing of this shell's. */
export function environmentOf(surroundings: {
  /** Empty but for what is measured. */
  readonly directory: string;
  /** The file of the certificate that everything here has. */
  readonly authority: string;
  readonly sinkUrl: string;
  readonly tableUrl: string;
  readonly tableName: string;
}): Readonly<Record<string, string>> {
  const { directory, authority, sinkUrl, tableUrl, tableName } = surroundings;
  // What is sent there is refused.
  const queueUrl = `${sinkUrl}/000000000000/none`;
  const given = {
    ...Object.fromEntries(settings),
    ...{ tableName, callbackUrl: `${sinkUrl}/live` },
    ...{ retryQueueUrl: queueUrl, deadLetterQueueUrl: queueUrl },
  };
  return {
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [variableOf(name), value])),
    // Where the SDK looks for configuration files.
    ...{ HOME: directory, USERPROFILE: directory },
    NODE_EXTRA_CA_CERTS: authority,
    AWS_ENDPOINT_URL_DYNAMODB: tableUrl,
    AWS_ENDPOINT_URL_SQS: sinkUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    // A function's role comes with a token of about this length, which goes with every request.
    AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE'.padEnd(800, 'Example0'),
    AWS_LAMBDA_FUNCTION_NAME: 'broadcast',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
