// Creates the AWS clients of the functions, with short timeouts and few retries.
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Logger } from '@smithy/types';

/** Dashboards wait for these calls, so a quick retry is better than a slow answer. */
const settings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

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

/** The attempts and the timeout of requests to the table. */
export interface DynamoTimeouts {
  readonly maxAttempts: number;
  readonly requestTimeoutMilliseconds: number;
}

export function createSqsClient(): SQSClient {
  return new SQSClient(settings);
}

/** Its requests are repeated by the sender of events, entry by entry. */
export function createEventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient({ ...settings, maxAttempts: 1 });
}

/** @param callbackUrl the stage's own @connections URL, never that of a custom domain */
export function createManagementApiClient(
  callbackUrl: string,
  maxAttempts: number = settings.maxAttempts,
): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({ ...settings, maxAttempts, endpoint: callbackUrl });
}
