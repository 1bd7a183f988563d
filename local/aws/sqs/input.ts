// Reads the parameters of SQS requests, and checks them against the limits that SQS documents.
import type { JsonObject } from '../endpoint/json-protocol';
import { badBatch, invalidParameter, missingParameter } from './errors';
import { sizeOf, type MessageAttribute, type MessageAttributes } from './message';
import type { Queue, SentMessage } from './queue';

/** @throws {AwsError} MissingRequiredParameterException unless the parameter is a text that is not empty */
export function textOf(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value !== 'string' || value === '') throw missingParameter(name);
  return value;
}

/**
 * A whole number from `minimum` to `maximum`, or undefined when the parameter is absent.
 * @throws {AwsError} InvalidParameterValueException for any other value
 */
export function numberOf(
  input: JsonObject,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum) {
    return Number(value);
  }
  throw invalidParameter(
    `Value for parameter ${name} is invalid. Reason: Must be between ${minimum} and ${maximum}.`,
  );
}

/** A list of names; empty when the parameter is absent or not a list. */
export function namesOf(input: JsonObject, name: string): readonly string[] {
  const value = input[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * The message in a SendMessage request or in an entry of a SendMessageBatch request; `size` is in bytes.
 * @throws {AwsError} when the body is missing, the message is too large, or a parameter is invalid
 */
export function messageOf(
  input: JsonObject,
  queue: Queue,
  senderId: string,
): SentMessage & { readonly size: number; readonly messageAttributes: MessageAttributes } {
  const body = textOf(input, 'MessageBody');
  const messageAttributes = attributesOf(input['MessageAttributes']);
  const size = sizeOf(body, messageAttributes);
  const { maximumMessageBytes } = queue.settings;
  if (size > maximumMessageBytes) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumMessageBytes} bytes.`,
    );
  }
  const delaySeconds = numberOf(input, 'DelaySeconds', 0, 900);
  return { body, messageAttributes, senderId, delaySeconds, size };
}

function attributesOf(given: unknown): MessageAttributes {
  if (typeof given !== 'object' || given === null) return {};
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    const { DataType: type } = value as MessageAttribute;
    if (!/^(String|Number|Binary)(\.|$)/.test(type)) {
      throw invalidParameter(`The type of message attribute '${name}' is invalid: ${type}.`);
    }
  }
  return given as MessageAttributes;
}

/**
 * The 1 to 10 entries of a batch request, each with a different `Id`.
 * @throws {AwsError} when there are none or too many, or when an id is missing or repeated
 */
export function entriesOf(input: JsonObject): readonly (JsonObject & { readonly Id: string })[] {
  const entries = (Array.isArray(input['Entries']) ? input['Entries'] : []) as JsonObject[];
  if (entries.length === 0) {
    throw badBatch('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > 10) {
    const message = `Maximum number of entries per request are 10. You have sent ${entries.length}.`;
    throw badBatch('TooManyEntriesInBatchRequest', message);
  }
  const ids = entries.map((entry) => textOf(entry, 'Id'));
  if (new Set(ids).size < ids.length) {
    throw badBatch('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  return entries as (JsonObject & { readonly Id: string })[];
}
