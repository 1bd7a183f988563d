// Finds the partition keys that a request names, for IAM's condition key `dynamodb:LeadingKeys`.

type Attributes = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** The part of a request that concerns one table. */
interface Part {
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  /** Only in BatchGetItem. */
  readonly Keys?: readonly Attributes[];
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
}

/** One write of BatchWriteItem. */
interface WriteRequest {
  readonly PutRequest?: { readonly Item?: Attributes };
  readonly DeleteRequest?: { readonly Key?: Attributes };
}

/** Operations whose requests name partition keys. All others have no leading keys. */
const keyed = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'DeleteItem',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
]);

/** Used when the key is missing or cannot be determined. Only a pattern that matches every key allows it. */
const unknownKey = '';

/**
 * The partition keys that a request names, as text; undefined for an operation that names none, such as Scan.
 * @param part the part of the request that concerns one table
 * @param attribute the name of that table's partition key
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function leadingKeysOf(
  operation: string,
  part: unknown,
  attribute: string,
): readonly string[] | undefined {
  if (!keyed.has(operation)) return undefined;
  const keyOf = (attributes: Attributes | undefined) => {
    const [value] = Object.values(attributes?.[attribute] ?? {});
    return typeof value === 'string' ? value : unknownKey;
  };
  if (Array.isArray(part)) {
    return (part as (WriteRequest | null)[]).map((write) =>
      keyOf(write?.PutRequest?.Item ?? write?.DeleteRequest?.Key),
    );
  }
  const given = (part ?? {}) as Part;
  if (given.Keys !== undefined) return given.Keys.map(keyOf);
  if (operation === 'Query') return [queriedKey(given, attribute)];
  return [keyOf(given.Key ?? given.Item)];
}

/** The value that a query's key condition requires of the partition key. */
function queriedKey(part: Part, attribute: string): string {
  const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = part;
  for (const [, name = '', value = ''] of (part.KeyConditionExpression ?? '').matchAll(
    /(#?\w+)\s*=\s*(:\w+)/g,
  )) {
    const [key] = Object.values(values[value] ?? {});
    if ((names[name] ?? name) === attribute && typeof key === 'string') return key;
  }
  return unknownKey;
}
