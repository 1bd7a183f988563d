// Creates the AWS SDK's client of SQS. Functions load it only if a request that was signed without it has failed.
import { SQSClient } from '@aws-sdk/client-sqs';
import type { QueueRequests } from '#adapters/sqs/requests/queue-requests';
import { createSdkQueues } from '#adapters/sqs/requests/sdk-queues';
import { clientSettings } from './client-settings';

/** Requests to queues with the AWS SDK. */
export function createSqsQueues(maxAttempts: number): QueueRequests {
  return createSdkQueues(new SQSClient({ ...clientSettings, maxAttempts }));
}
