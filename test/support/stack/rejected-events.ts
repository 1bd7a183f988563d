// Reads the dead-letter queue of a local stack.
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalStack } from '#local/index';

export interface RejectedEvent {
  readonly event: { readonly 'detail-type': string; readonly detail: object };
  readonly reason: string | undefined;
}

/** Waits for the next event of the dead-letter queue. Another call returns another event. */
export async function rejectedEvent(
  stack: Pick<LocalStack, 'clientConfiguration' | 'outputs'>,
): Promise<RejectedEvent> {
  const client = new SQSClient(stack.clientConfiguration);
  const receive = new ReceiveMessageCommand({
    QueueUrl: stack.outputs['RejectedEventsQueueUrl'],
    MessageAttributeNames: ['All'],
    WaitTimeSeconds: 20,
    VisibilityTimeout: 600,
  });
  try {
    for (;;) {
      const { Messages: [message] = [] } = await client.send(receive);
      if (message === undefined) continue;
      const event = JSON.parse(message.Body ?? '') as RejectedEvent['event'];
      return { event, reason: message.MessageAttributes?.['reason']?.StringValue };
    }
  } finally {
    client.destroy();
  }
}
