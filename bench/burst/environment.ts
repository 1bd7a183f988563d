// Creates the environment variables of the function `broadcast` for a measurement.
import { variableOf } from '#lambdas/contract/setting';
import { serviceSettings } from '#lambdas/contract/settings';

export const region = 'eu-central-1';

/** The required settings of `broadcast`, with their defaults. */
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

/** The environment of the function. It contains no variable of the shell, which could change the result. */
export function environmentOf(surroundings: {
  /** A directory without configuration files of the AWS SDK. */
  readonly directory: string;
  /** The file with the certificate of the sink and the table. */
  readonly authority: string;
  readonly sinkUrl: string;
  readonly tableUrl: string;
  readonly tableName: string;
}): Readonly<Record<string, string>> {
  const { directory, authority, sinkUrl, tableUrl, tableName } = surroundings;
  // The sink refuses requests to this queue.
  const queueUrl = `${sinkUrl}/000000000000/none`;
  const given = {
    ...Object.fromEntries(settings),
    ...{ tableName, callbackUrl: `${sinkUrl}/live` },
    ...{ retryQueueUrl: queueUrl, deadLetterQueueUrl: queueUrl },
  };
  return {
    ...Object.fromEntries(Object.entries(given).map(([name, value]) => [variableOf(name), value])),
    // The SDK looks for its configuration files here.
    ...{ HOME: directory, USERPROFILE: directory },
    NODE_EXTRA_CA_CERTS: authority,
    AWS_ENDPOINT_URL_DYNAMODB: tableUrl,
    AWS_ENDPOINT_URL_SQS: sinkUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    // The credentials of a function's role include a token of about this length, which is sent with every request.
    AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2VjE'.padEnd(800, 'Example0'),
    AWS_LAMBDA_FUNCTION_NAME: 'broadcast',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
