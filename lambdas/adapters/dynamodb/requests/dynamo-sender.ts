// Reads and writes single items in a fraction of the AWS SDK's CPU time, because every event does so.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  GetCommand,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { fromAttributes, toAttributes, type Attributes } from './dynamo-attributes';
import { createFastRequest, type FastAnswer, type FastRequestOptions } from './dynamo-fast-request';

/** The part of the document client that a store of single items needs. */
export type Sender = Pick<DynamoDBDocumentClient, 'send'>;

type ItemCommand = GetCommand | PutCommand | UpdateCommand;

/**
 * Sends GetItem, PutItem and UpdateItem fast, with the same results as the document client. Other commands go through
 * the client. So do commands whose answer is neither a success nor a condition that was not met: the client retries, and
 * translates errors. A write may therefore be made twice, as by the client's own retries.
 *
 * Items may have strings, numbers, booleans and lists of them.
 */
export function createFastSender(
  client: DynamoDBDocumentClient,
  options: FastRequestOptions = {},
): Sender {
  const ask = createFastRequest(client, options);

  async function send(command: Parameters<DynamoDBDocumentClient['send']>[0]): Promise<unknown> {
    if (!isItemCommand(command)) return client.send(command);
    const answer = await ask(operationOf(command), inputOf(command));
    if (answer?.status === 200) return outputOf(answer);
    if (answer !== undefined && isUnmet(answer)) throw unmet(answer);
    return client.send(command as GetCommand);
  }

  return { send: send as DynamoDBDocumentClient['send'] };
}

function isItemCommand(command: unknown): command is ItemCommand {
  return (
    command instanceof GetCommand ||
    command instanceof PutCommand ||
    command instanceof UpdateCommand
  );
}

function operationOf(command: ItemCommand): 'GetItem' | 'PutItem' | 'UpdateItem' {
  if (command instanceof GetCommand) return 'GetItem';
  return command instanceof PutCommand ? 'PutItem' : 'UpdateItem';
}

function inputOf({ input }: ItemCommand): object {
  const translated: Record<string, unknown> = { ...input };
  for (const name of ['Key', 'Item', 'ExpressionAttributeValues']) {
    const value = translated[name];
    if (value !== undefined) translated[name] = toAttributes(value as Record<string, unknown>);
  }
  return translated;
}

function outputOf({ body }: FastAnswer): Record<string, unknown> {
  const translated: Record<string, unknown> = { ...body };
  for (const name of ['Item', 'Attributes']) {
    const value = translated[name];
    if (value !== undefined) translated[name] = fromAttributes(value as Attributes);
  }
  return translated;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function isUnmet({ status, body }: FastAnswer): boolean {
  return status === 400 && /(^|#)ConditionalCheckFailedException$/.test(String(body['__type']));
}

function unmet({ status, body }: FastAnswer): ConditionalCheckFailedException {
  const item = body['Item'] as Attributes | undefined;
  const message = body['message'];
  return new ConditionalCheckFailedException({
    message: typeof message === 'string' ? message : 'The conditional request failed',
    $metadata: { httpStatusCode: status },
    ...(item === undefined ? {} : { Item: item }),
  });
}
