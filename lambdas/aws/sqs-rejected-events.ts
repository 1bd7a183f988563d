// Rejected events are kept in the dead-letter queue, each with the reason beside it.
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RejectedEvents } from '../core/ports';

/** Characters of the reason that are kept: a bad event can have many faults. */
const longestReason = 1_000;

export function createSqsRejectedEvents(client: SQSClient, queueUrl: string): RejectedEvents {
  return {
    async keep(event, reason) {
      // An event has at most 1 MB, as has a message: https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(event),
          MessageAttributes: {
            reason: { DataType: 'String', StringValue: reason.slice(0, longestReason) },
          },
        }),
      );
    },
  };
}
