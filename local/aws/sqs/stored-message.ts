// Defines the messages that a queue stores, and their receipt handles.
import { randomUUID } from 'node:crypto';
import type { MessageAttributes, ReceivedMessage } from './message';

export interface Stored {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: MessageAttributes;
  readonly senderId: string;
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly sentAt: number;
  /** The ARN of the queue from which the message was moved to this dead-letter queue. */
  readonly deadLetterSource?: string | undefined;
  visibleAt: number;
  receiveCount: number;
  /** 0 until the message has been received. */
  firstReceivedAt: number;
  /** The newest one; undefined until the message has been received. */
  receiptHandle: string | undefined;
}

/** A message before a queue stores it. */
export type Moved = Omit<Stored, 'receiveCount' | 'firstReceivedAt' | 'receiptHandle'>;

/** A new receipt handle: the message's id and a random UUID, in base64. */
export const handleOf = (messageId: string) =>
  Buffer.from(`${messageId} ${randomUUID()}`).toString('base64');

/** The message's id in a receipt handle; undefined when the text is not a receipt handle. */
export function messageOf(receiptHandle: string): string | undefined {
  return /^([0-9a-f-]{36}) /.exec(Buffer.from(receiptHandle, 'base64').toString())?.[1];
}

/** The message as a consumer receives it. */
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
