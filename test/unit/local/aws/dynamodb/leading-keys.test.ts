// The partition keys of a request, to which the dynamodb:LeadingKeys conditions of policies apply.
import { createDynamoService } from '#local/aws/dynamodb/dynamodb-service';
import { leadingKeysOf } from '#local/aws/dynamodb/leading-keys';
import { authorize } from '#local/aws/endpoint/policy';

const pk = { pk: { S: 'a' }, sk: { S: 'x' } };
const query = { ExpressionAttributeValues: { ':k': { S: 'a' }, ':s': { S: 'x' } } };

it.each<[string, unknown, readonly string[] | undefined]>([
  ['GetItem', { Key: pk }, ['a']],
  ['UpdateItem', { Key: pk }, ['a']],
  ['DeleteItem', { Key: pk }, ['a']],
  ['PutItem', { Item: pk }, ['a']],
  ['PutItem', { Item: { pk: { N: '7' } } }, ['7']],
  ['BatchGetItem', { Keys: [pk, { pk: { S: 'b' } }] }, ['a', 'b']],
  ['BatchWriteItem', [{ PutRequest: { Item: pk } }, { DeleteRequest: { Key: pk } }], ['a', 'a']],
  ['Query', { ...query, KeyConditionExpression: 'pk = :k' }, ['a']],
  ['Query', { ...query, KeyConditionExpression: 'begins_with(sk, :s) AND (pk=:k)' }, ['a']],
  ['Query', { ...query, KeyConditionExpression: 'sk = :s AND pk = :k' }, ['a']],
  [
    'Query',
    { ...query, KeyConditionExpression: '#p = :k', ExpressionAttributeNames: { '#p': 'pk' } },
    ['a'],
  ],
  ['Scan', {}, undefined],
  // A key that cannot be determined is the empty string, which no policy allows.
  ['Query', { ...query, KeyConditionExpression: 'sk = :s' }, ['']],
  ['Query', { ...query, KeyConditionExpression: 'pk = :missing' }, ['']],
  ['Query', { KeyConditions: {} }, ['']],
  ['GetItem', {}, ['']],
  ['GetItem', null, ['']],
  ['BatchWriteItem', [{}, null], ['', '']],
])('finds the keys of %s %j', (operation, part, keys) => {
  expect(leadingKeysOf(operation, part, 'pk')).toEqual(keys);
});

it('refuses a request before it reaches the table, if the policy of the role does not allow one of its partition keys', async () => {
  const run: string[] = [];
  const service = createDynamoService({
    engine: {
      run: (operation) => {
        run.push(operation);
        return Promise.resolve({ status: 200 });
      },
    },
    authorize,
    partitionKeys: new Map([['t', 'pk']]),
    timeToLive: new Map(),
  });
  const principal = {
    arn: 'arn:aws:sts::000000000000:assumed-role/r/f',
    senderId: 's',
    permissions: [
      {
        Effect: 'Allow' as const,
        Action: ['dynamodb:BatchWriteItem'],
        Resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/t',
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['connections#*'] } },
      },
    ],
  };
  const remove = (...keys: readonly string[]) => {
    const requests = keys.map((key) => ({ DeleteRequest: { Key: { pk: { S: key } } } }));
    return service.handle({
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': 'DynamoDB_20120810.BatchWriteItem' },
      body: Buffer.from(JSON.stringify({ RequestItems: { t: requests } })),
      principal,
    });
  };
  await expect(remove('connections#1', 'state#1')).rejects.toMatchObject({
    code: 'AccessDeniedException',
  });
  expect(run).toEqual([]);
  await remove('connections#1', 'connections#2');
  expect(run).toEqual(['BatchWriteItem']);
});
