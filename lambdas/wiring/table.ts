// Creates the requests to the table.
import { createSignedTable, dynamoProtocol } from '#adapters/dynamodb/requests/signed-table';
import type { TableRequests } from '#adapters/dynamodb/requests/table-requests';
import { createSignedJson } from '#adapters/http/signed-json';
import { once } from './once';
import { signedEndpointOf } from './signed-endpoint';

/** As many as the AWS SDK has by default. */
const sockets = 50;

interface Attempts {
  /** Attempts of each request, the first of them without the AWS SDK. Default: 3. */
  readonly maxAttempts?: number;
  /** The timeout of each attempt. Default: 3,000. */
  readonly requestTimeoutMilliseconds?: number;
}

/**
 * Requests to the table, which are made without the AWS SDK. If one fails, the AWS SDK is loaded, and repeats it.
 */
export function createTable(
  environment: NodeJS.ProcessEnv,
  { maxAttempts = 3, requestTimeoutMilliseconds = 3_000 }: Attempts = {},
): TableRequests {
  const endpoint = signedEndpointOf(environment, 'dynamodb');
  const options = { sockets, timeoutMilliseconds: requestTimeoutMilliseconds };
  const attemptsOfSdk = endpoint === undefined ? maxAttempts : maxAttempts - 1;
  const loadSdk = once(async () => {
    const { createDynamoTable } = await import('./sdk/dynamo');
    return createDynamoTable({ maxAttempts: attemptsOfSdk, requestTimeoutMilliseconds });
  });
  return createSignedTable(createSignedJson(dynamoProtocol, endpoint, options), loadSdk);
}
