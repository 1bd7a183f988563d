// Creates the AWS SDK's client of the table. Functions load it only if a request that was signed without it has failed.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Logger } from '@smithy/types';
import { createSdkTable } from '#adapters/dynamodb/requests/sdk-table';
import type { TableRequests } from '#adapters/dynamodb/requests/table-requests';
import { clientSettings } from './client-settings';

/**
 * The SDK's default logger discards its lines. But because it has an `info` method, the SDK copies and formats every item of
 * an answer; without this method, it does neither.
 */
const withoutInfo = {
  ...{ debug: ignore, warn: ignore, error: ignore },
  info: undefined,
} as unknown as Logger;

function ignore(): void {
  // Nothing is lost, because errors are thrown as well.
}

/** The attempts and the timeout of requests to the table. */
interface DynamoTimeouts {
  readonly maxAttempts: number;
  readonly requestTimeoutMilliseconds: number;
}

/** Requests to the table with the AWS SDK. */
export function createDynamoTable(
  { maxAttempts, requestTimeoutMilliseconds }: DynamoTimeouts = {
    maxAttempts: clientSettings.maxAttempts,
    requestTimeoutMilliseconds: clientSettings.requestHandler.requestTimeout,
  },
): TableRequests {
  const requestHandler = {
    ...clientSettings.requestHandler,
    requestTimeout: requestTimeoutMilliseconds,
  };
  const client = new DynamoDBClient({
    ...clientSettings,
    ...{ maxAttempts, requestHandler, logger: withoutInfo },
  });
  return createSdkTable(DynamoDBDocumentClient.from(client));
}
