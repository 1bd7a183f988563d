// Builds the parts of SQS responses, with only those attributes that the request names.
import { md5OfAttributes, md5OfBody, type ReceivedMessage } from './message';

/**
 * A message as ReceiveMessage returns it.
 * @param systemNames the system attributes that the request names
 * @param names the message attributes that the request names
 */
export function written(
  message: ReceivedMessage,
  systemNames: readonly string[],
  names: readonly string[],
) {
  const Attributes = chosen(message.attributes, systemNames);
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).filter(([name]) => isWanted(name, names)),
  );
  const some = Object.keys(MessageAttributes).length > 0;
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5OfBody(message.body),
    ...(Object.keys(Attributes).length > 0 ? { Attributes } : {}),
    ...(some
      ? { MessageAttributes, MD5OfMessageAttributes: md5OfAttributes(MessageAttributes) }
      : {}),
  };
}

/** Whether a request names an attribute: by its name, by `All` or `.*`, or by a prefix, as in `foo.*`. */
function isWanted(name: string, wanted: readonly string[]): boolean {
  return wanted.some(
    (each) =>
      each === 'All' ||
      each === '.*' ||
      each === name ||
      (each.endsWith('.*') && name.startsWith(each.slice(0, -2))),
  );
}

/** The values with these names; all values if `names` contains `All`. */
export function chosen(all: Readonly<Record<string, string>>, names: readonly string[]) {
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
