// The AWS clients as the functions use them: short timeouts, few retries, connections kept alive.
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Logger } from '@smithy/types';

/** A dashboard waits for these calls: better one quick retry more than one slow answer. */
const settings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

/**
 * The SDK's own silent logger has an `info`, for which every item of an answer is copied and described before
 * nobody hears of it. Without one, that is left out.
 */
const withoutInfo = {
  ...{ debug: ignore, warn: ignore, error: ignore },
  info: undefined,
} as unknown as Logger;

function ignore(): void {
  // What goes wrong is thrown as well.
}

export function createDynamoClient(
  { maxAttempts, requestTimeoutMilliseconds }: DynamoTimeouts = {
    maxAttempts: settings.maxAttempts,
    requestTimeoutMilliseconds: settings.requestHandler.requestTimeout,
  },
): DynamoDBDocumentClient {
  const requestHandler = {
    ...settings.requestHandler,
    requestTimeout: requestTimeoutMilliseconds,
  };
  return DynamoDBDocumentClient.from(
    new DynamoDBClient({ ...settings, maxAttempts, requestHandler, logger: withoutInfo }),
  );
}

/** How long to wait for a table that does not answer. */
export interface DynamoTimeouts {
  readonly maxAttempts: number;
  readonly requestTimeoutMilliseconds: number;
}

export function createSqsClient(): SQSClient {
  return new SQSClient(settings);
}

/** `callbackUrl` is the stage's own @connections URL, never that of a custom domain. */
export function createManagementApiClient(
  callbackUrl: string,
  maxAttempts: number = settings.maxAttempts,
): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({ ...settings, maxAttempts, endpoint: callbackUrl });
}
