// The requests to SQS, with inputs and answers as the AWS SDK has them.
import type {
  SendMessageBatchCommandInput,
  SendMessageBatchCommandOutput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';

/** Each request throws if SQS did not carry it out, after retries. */
export interface QueueRequests {
  sendMessage(input: SendMessageCommandInput): Promise<unknown>;
  sendMessageBatch(
    input: SendMessageBatchCommandInput,
  ): Promise<Partial<Pick<SendMessageBatchCommandOutput, 'Failed'>>>;
}
