// Defines the messages of SQS, and computes their size and the checksums that SDKs verify.
import { createHash } from 'node:crypto';

/** An attribute that the sender has set, as in the JSON protocol. `BinaryValue` is base64 text. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** A message as a consumer receives it, with all its attributes. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly messageAttributes: MessageAttributes;
  /** System attributes, e.g. `ApproximateReceiveCount`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** In hexadecimal. */
export function md5OfBody(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex');
}

/**
 * The MD5 checksum of message attributes in hexadecimal; undefined when there are none. The attributes are sorted by
 * name. Name, data type and value are each preceded by their length (4 bytes, big-endian), and the value also by one
 * byte: 1 for text, 2 for binary data.
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

/** The bytes that count towards the size limit: the body, and each attribute's name, type and value. */
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
