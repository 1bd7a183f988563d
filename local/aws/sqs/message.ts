// A message of SQS, with the checksums that SDKs verify.
import { createHash } from 'node:crypto';

/** An attribute that the sender set, in the JSON protocol's form: binary values are base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message as it is received. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly messageAttributes: MessageAttributes;
  /** System attributes, e.g. `ApproximateReceiveCount`. */
  readonly attributes: Readonly<Record<string, string>>;
}

export function md5OfBody(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex');
}

/**
 * The checksum of message attributes: each name, data type and value with its length before it, by name.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const add = (data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    hash.update(length).update(data);
  };
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    if (attribute.BinaryValue === undefined) {
      hash.update(Buffer.of(1));
      add(Buffer.from(attribute.StringValue ?? ''));
    } else {
      hash.update(Buffer.of(2));
      add(Buffer.from(attribute.BinaryValue, 'base64'));
    }
  }
  return hash.digest('hex');
}

/** Bytes that count against the limit: the body, and each attribute's name, type and value. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType, StringValue = '', BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes +=
      BinaryValue === undefined
        ? Buffer.byteLength(StringValue)
        : Buffer.from(BinaryValue, 'base64').length;
  }
  return bytes;
}
