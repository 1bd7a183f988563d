// A message in a queue, and the handles of its receipts.
import { randomUUID } from 'node:crypto';
import type { MessageAttributes, ReceivedMessage } from './message';

export interface Stored {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: MessageAttributes;
  readonly senderId: string;
  readonly sentAt: number;
  readonly deadLetterSource?: string | undefined;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number;
  receiptHandle: string | undefined;
}

/** A message on its way into a queue. */
export type Moved = Omit<Stored, 'receiveCount' | 'firstReceivedAt' | 'receiptHandle'>;

/** A new handle for a receipt of the message. */
export const handleOf = (messageId: string) =>
  Buffer.from(`${messageId} ${randomUUID()}`).toString('base64');

/** The id of a handle's message; undefined when the text is not a handle. */
export function messageOf(receiptHandle: string): string | undefined {
  return /^([0-9a-f-]{36}) /.exec(Buffer.from(receiptHandle, 'base64').toString())?.[1];
}

/** The message as its receiver sees it. */
export function received(message: Stored, receiptHandle: string): ReceivedMessage {
  const { messageId, body, messageAttributes, deadLetterSource } = message;
  return {
    messageId,
    receiptHandle,
    body,
    messageAttributes,
    attributes: {
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ApproximateReceiveCount: String(message.receiveCount),
      SenderId: message.senderId,
      SentTimestamp: String(message.sentAt),
      ...(deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: deadLetterSource }),
    },
  };
}
