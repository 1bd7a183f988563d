// In production, updates keep data and addresses, and the table and the user pool are retained after the stack is deleted.
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';
import { openAccount, type Account } from './account';
import { createDeployment, type Deployment } from './deployment';
import { installMilliseconds } from '../support/python-environment';

const stackName = 'MissionControl-production';
const deployMilliseconds = 240_000;

/**
 * Replaces the functions of the earlier version, whose bundles no longer exist: it accepts every handshake, and responds to
 * messages with the id of the connection. The test writes the records that those functions wrote into the table.
 */
const standIn = `exports.handler = async ({ methodArn, requestContext }) => {
  if (!methodArn) return { statusCode: 200, body: requestContext?.connectionId };
  const Statement = [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }];
  return { principalId: 'alice', policyDocument: { Version: '2012-10-17', Statement } };
};`;

/** Resource types with data, with addresses, or with references from outside the stack: an update must never replace them. */
const lasting = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Stage',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Logs::LogGroup',
  'AWS::SQS::Queue',
];

let account: Account;
let dynamo: DynamoDBClient;
let deployment: Deployment;
let bootstrapped: string[];

beforeAll(async () => {
  account = await openAccount();
  dynamo = new DynamoDBClient(account.clientConfiguration);
  deployment = createDeployment(account, 'stage=production', 'auth=cognito-new');
  await deployment.bootstrap();
  bootstrapped = Object.keys(await account.inventory());
}, installMilliseconds + deployMilliseconds);

afterAll(() => account.close());

/** Deploys the version of `earlier-template.json`. */
async function deployEarlierVersion(): Promise<void> {
  const text = await readFile(path.join(__dirname, 'earlier-template.json'), 'utf8');
  const template = JSON.parse(text) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::Lambda::Function') Properties['Code'] = { ZipFile: standIn };
  }
  const file = path.join(account.folder, 'earlier-template.json');
  await writeFile(file, JSON.stringify(template));
  const bucket = bootstrapped.find((thing) => thing.startsWith('bucket '))?.replace('bucket ', '');
  await account.python('create_stack.py', bucket ?? '', stackName, file);
}

/** Type and physical id of these resources, by logical id. */
async function lastingResources(): Promise<Record<string, string>> {
  const all = JSON.parse(await account.python('stack_resources.py', stackName)) as object;
  const entries = Object.entries(all) as [string, string][];
  return Object.fromEntries(entries.filter(([, id]) => lasting.includes(id.split(' ')[0] ?? '')));
}

/** The record of a connection as the earlier version wrote it. */
function earlierRecord(partition: string, sortKey: string): Record<string, AttributeValue> {
  const now = Date.now();
  const hourFromNow = Math.ceil(now / 1000) + 3600;
  return {
    pk: { S: partition },
    sk: { S: sortKey },
    connectedAt: { N: String(now) },
    validUntil: { N: String(hourFromNow * 1000) },
    expiresAt: { N: String(hourFromNow + 18 * 60) },
  };
}

/** Opens a connection, and gets its id from the stand-in. */
async function connect(url: string): Promise<{ client: TestClient; connectionId: string }> {
  const client = await TestClient.open(url);
  await eventually(() => {
    client.send('which one is this?');
    expect(client.texts).not.toEqual([]);
  }, 30_000);
  return { client, connectionId: client.texts[0] ?? '' };
}

async function allItems(TableName: string): Promise<unknown[]> {
  return (await dynamo.send(new ScanCommand({ TableName }))).Items ?? [];
}

async function tableOf(TableName: string): Promise<unknown> {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
  const { TableId, TableArn, CreationDateTime, KeySchema } = Table ?? {};
  return { TableId, TableArn, CreationDateTime, KeySchema };
}

it(
  'an update of the earlier version replaces no resource with data or an address, and existing connections get the next event',
  async () => {
    await deployEarlierVersion();
    const before = await lastingResources();
    const idOf = (logicalId: string) => before[logicalId]?.split(' ')[1] ?? '';
    const tableName = idOf('RealtimeStoreTable507A1C40');
    const table = await tableOf(tableName);
    const url = deployment.reachable(
      `wss://${idOf('RealtimeWebSocketApiCF8708A5')}.example/production`,
    );
    const [one, other] = [await connect(url), await connect(url)];
    const records = [
      earlierRecord('connections#5', `alice#${one.connectionId}`),
      { ...earlierRecord('connections#2', `bob#${other.connectionId}`), batches: { BOOL: true } },
    ];
    for (const Item of records) {
      await dynamo.send(new PutItemCommand({ TableName: tableName, Item }));
    }

    await deployment.deploy();

    expect(await lastingResources()).toMatchObject(before);
    expect(await tableOf(tableName)).toEqual(table);
    expect(await allItems(tableName)).toEqual(expect.arrayContaining(records));
    const payload = { agentId: 'agent-123', status: 'online', timestamp: Date.now() };
    const { EventBusName = '' } = await deployment.outputs();
    const entry = { EventBusName, Source: 'mission-control', DetailType: 'agent:status' };
    await new EventBridgeClient(account.clientConfiguration).send(
      new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(payload) }] }),
    );
    for (const { client } of [one, other]) {
      await eventually(() => {
        expect(client.texts).toContain(JSON.stringify({ type: 'agent:status', payload }));
      }, 30_000);
      await client.close();
    }
  },
  2 * deployMilliseconds,
);

it(
  'destroying the stack keeps the table, the user pool and the role for the logs of API Gateway',
  async () => {
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
    await expect(dynamo.send(new DeleteTableCommand({ TableName }))).rejects.toThrow(/protect/);
  },
  deployMilliseconds,
);
