// Makes requests to the table without the AWS SDK, which takes long to load, and many times the CPU time.
import type { JsonAnswer, JsonProtocol, SignedJson } from '../../http/signed-json';
import { fromAttributes, toAttributes, type Attributes } from './dynamo-attributes';
import { UnmetConditionError } from './dynamo-condition';
import type { AttributePage, TableRequests } from './table-requests';

export const dynamoProtocol: JsonProtocol = {
  service: 'dynamodb',
  target: 'DynamoDB_20120810',
  version: '1.0',
};

/**
 * Makes each request once, with the same results as the document client. A request whose answer is neither a success nor a
 * condition that was not met is repeated with the AWS SDK, which retries and translates errors. A write may therefore be made
 * twice, as by the SDK's own retries.
 *
 * Items may have strings, numbers, booleans and lists of them.
 * @param call calls an operation of DynamoDB, with {@link dynamoProtocol}
 * @param loadSdk the requests with the AWS SDK
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export function createSignedTable(
  call: SignedJson,
  loadSdk: () => Promise<TableRequests>,
): TableRequests {
  async function request<Output>(
    operation: string,
    input: object,
    repeat: (table: TableRequests) => Promise<Output>,
  ): Promise<Output> {
    const answer = await call(operation, converted(input, toAttributes));
    if (answer?.status === 200) return converted(answer.body, fromAttributes) as Output;
    if (answer !== undefined && isUnmet(answer)) throw unmet(answer);
    return repeat(await loadSdk());
  }

  return {
    get: (input) => request('GetItem', input, (table) => table.get(input)),
    put: (input) => request<unknown>('PutItem', input, (table) => table.put(input)),
    update: (input) => request('UpdateItem', input, (table) => table.update(input)),
    delete: (input) => request<unknown>('DeleteItem', input, (table) => table.delete(input)),
    query: (input) => request('Query', input, (table) => table.query(input)),
    batchGet: (input) => request('BatchGetItem', input, (table) => table.batchGet(input)),
    batchWrite: (input) => request('BatchWriteItem', input, (table) => table.batchWrite(input)),

    async queryAttributes(input): Promise<AttributePage> {
      const answer = await call('Query', input);
      return answer?.status === 200 ? answer.body : (await loadSdk()).queryAttributes(input);
    },
  };
}

/** The properties of inputs and answers that are an item, the key of one, or values of attributes. */
const items = new Set([
  ...['Item', 'Key', 'Attributes', 'ExpressionAttributeValues'],
  ...['ExclusiveStartKey', 'LastEvaluatedKey'],
]);

/** The properties that are lists of items or keys, by table or not. */
const lists = new Set(['Items', 'Keys', 'Responses']);

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- Items with and without the types of DynamoDB's JSON: both directions are converted.
type Convert = (item: any) => Record<string, unknown>;

/** Copies an input or an answer, with all items in it converted. */
function converted(given: object, convert: Convert): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (items.has(name)) copy[name] = value && convert(value);
    else copy[name] = convertedIn(value, convert, lists.has(name));
  }
  return copy;
}

function convertedIn(value: unknown, convert: Convert, isList: boolean): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((each: object) => (isList ? convert(each) : converted(each, convert)));
  }
  return isList
    ? Object.fromEntries(
        Object.entries(value).map(([table, found]) => [table, convertedIn(found, convert, true)]),
      )
    : converted(value, convert);
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function isUnmet({ status, body }: JsonAnswer): boolean {
  return status === 400 && /(^|#)ConditionalCheckFailedException$/.test(String(body['__type']));
}

function unmet({ body }: JsonAnswer): UnmetConditionError {
  const message = body['message'];
  return new UnmetConditionError(
    typeof message === 'string' ? message : 'The conditional request failed',
    body['Item'] as Attributes | undefined,
  );
}
