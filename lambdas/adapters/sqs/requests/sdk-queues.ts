// Makes requests to SQS with the AWS SDK's client, which retries and translates errors.
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueRequests } from './queue-requests';

export function createSdkQueues(client: SQSClient): QueueRequests {
  return {
    sendMessage: (input) => client.send(new SendMessageCommand(input)),
    sendMessageBatch: (input) => client.send(new SendMessageBatchCommand(input)),
  };
}
