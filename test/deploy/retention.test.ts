// In production, what users have made outlives the stack: the table and the user pool, and no more.
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { openAccount, type Account } from './account';
import { createDeployment } from './deployment';
import { installMilliseconds } from './python-environment';

let account: Account;

beforeAll(async () => {
  account = await openAccount();
}, installMilliseconds);

afterAll(() => account.close());

test('to destroy a production stage keeps the table and the user pool', async () => {
  const deployment = createDeployment(account, 'stage=production', 'auth=cognito-new');
  await deployment.bootstrap();
  const bootstrapped = Object.keys(await account.inventory());
  await deployment.deploy();
  await expect(deployment.outputs()).resolves.toMatchObject({
    UserPoolId: expect.stringMatching(/^us-east-1_/) as unknown,
    TokenIssuer: expect.stringMatching(/^https:\/\/cognito-idp\.us-east-1\./) as unknown,
  });
  await deployment.destroy();
  const left = Object.keys(await account.inventory()).filter((thing) => {
    return !bootstrapped.includes(thing);
  });
  expect(left.sort()).toEqual([
    expect.stringMatching(/^role MissionControl-production-RealtimeWebSocketAccount/),
    expect.stringMatching(/^table MissionControl-production-RealtimeStoreTable/),
    'user pool mission-control-production',
  ]);
  const TableName = left.find((thing) => thing.startsWith('table '))?.replace('table ', '');
  const client = new DynamoDBClient(account.clientConfiguration);
  await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toThrow(/protect/);
}, 360_000);
