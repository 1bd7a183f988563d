// Deploys, uses, updates and destroys the app with CDK in an emulated account.
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient, type Message } from '@aws-sdk/client-sqs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { localAudience, localIssuer, openIssuer, type Issuer } from '#local/issuer/issuer';
import type { Report } from '#verify/report';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';
import { openAccount, type Account } from './account';
import { createDeployment, type Deployment } from './deployment';
import { installMilliseconds } from '../support/python-environment';

/** The timeout of a CDK command, which takes a few seconds, and longer on a busy machine. */
const commandMilliseconds = 300_000;
/** The schedule first runs a minute after its creation, and MiniStack checks schedules every ten seconds. */
const scheduleMilliseconds = 120_000;

let account: Account;
let issuer: Issuer;
let keys: Server;
let deployment: Deployment;
let bootstrapped: Record<string, string>;
let deployed: Record<string, string>;

beforeAll(
  async () => {
    account = await openAccount();
    issuer = await openIssuer(path.join(account.folder, 'issuer'));
    keys = createServer((_, response) => response.end(JSON.stringify(issuer.jwks)));
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    const { port } = keys.address() as AddressInfo;
    deployment = createDeployment(
      account,
      'stage=development',
      `issuer=${localIssuer}`,
      `audience=${localAudience}`,
      `jwksUri=http://127.0.0.1:${String(port)}`,
    );
    await deployment.bootstrap();
    bootstrapped = await account.inventory();
    await deployment.deploy();
    deployed = await account.inventory();
  },
  installMilliseconds + 2 * commandMilliseconds,
);

afterAll(async () => {
  keys.close();
  await account.close();
});

/** All items of the table, as plain values by partition and sort key. */
async function items(): Promise<Record<string, Record<string, string>>> {
  const tables = Object.keys(deployed).filter((thing) => thing.startsWith('table '));
  expect(tables).toHaveLength(1);
  const TableName = tables[0]?.replace('table ', '');
  const client = new DynamoDBClient(account.clientConfiguration);
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  const plain = Items.map((item) =>
    Object.fromEntries(
      Object.entries(item).map(([key, value]) => [key, Object.values(value)[0] as string]),
    ),
  );
  return Object.fromEntries(plain.map((item) => [`${item['pk'] ?? ''} ${item['sk'] ?? ''}`, item]));
}

/** The stored events of backends: the only items that do not change over time without new events. */
async function registers(): Promise<Record<string, Record<string, string>>> {
  const all = Object.entries(await items());
  return Object.fromEntries(all.filter(([key]) => key.startsWith('state#')));
}

async function item(sortKey: string): Promise<Record<string, string> | undefined> {
  return Object.values(await items()).find(({ sk }) => sk === sortKey);
}

async function connections(): Promise<unknown> {
  const { HealthUrl = '' } = await deployment.outputs();
  const response = await fetch(deployment.reachable(HealthUrl));
  expect(response.status).toBe(200);
  const { status, websocket } = (await response.json()) as Record<string, unknown>;
  expect(status).toBe('ok');
  return websocket;
}

/** `npm run emit -- --event-bus …`, as in docs/deployment.md. */
async function emit(...event: readonly string[]): Promise<void> {
  const { EventBusName = '' } = await deployment.outputs();
  await account.run('npm', 'run', 'emit', '--', '--event-bus', EventBusName, ...event);
}

async function rejectedEvent(): Promise<Message | undefined> {
  const { RejectedEventsQueueUrl = '' } = await deployment.outputs();
  const QueueUrl = RejectedEventsQueueUrl.replace(/^http:\/\/[^/]+/, account.endpointUrl);
  const client = new SQSClient(account.clientConfiguration);
  const receive = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
  return (await client.send(receive)).Messages?.[0];
}

it('/health reports ok and no connections', async () => {
  await eventually(async () => {
    await expect(connections()).resolves.toEqual({
      status: 'running',
      connections: 0,
      connectedUsers: 0,
    });
  });
});

it('/whoami returns the user of a valid token, and the error code of an expired one', async () => {
  const { WhoamiUrl = '' } = await deployment.outputs();
  const ask = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(deployment.reachable(WhoamiUrl), { headers });
    return [response.status, (await response.json()) as unknown];
  };
  expect(await ask(await issuer.mintToken({ sub: 'alice' }))).toEqual([
    200,
    { userId: 'alice', expiresAt: expect.any(Number) as number },
  ]);
  expect(await ask(await issuer.mintToken({ expiresInSeconds: -1 }))).toEqual([
    401,
    { code: 'token_expired' },
  ]);
});

it(
  'an event on the bus is stored in the table',
  async () => {
    // It is marked as broadcast unless the table is slow. Then it is reported again.
    await eventually(async () => {
      await emit('session:activity', 'agent-123', 'session-456', 'User said: Hello');
      await eventually(async () => {
        await expect(item('session#agent-123#session-456')).resolves.toMatchObject({
          lastMessage: 'User said: Hello',
          broadcast: 'done',
        });
      }, 15_000);
    }, 90_000);
    await expect(rejectedEvent()).resolves.toBeUndefined();
  },
  commandMilliseconds,
);

it('an invalid event goes to the dead-letter queue with the reason', async () => {
  const { EventBusName } = await deployment.outputs();
  const Detail = '{"agentId":"agent-123","status":"asleep","timestamp":1770328200000}';
  const entry = { EventBusName, Source: 'mission-control', DetailType: 'agent:status', Detail };
  const client = new EventBridgeClient(account.clientConfiguration);
  await client.send(new PutEventsCommand({ Entries: [entry] }));
  await eventually(async () => {
    const message = await rejectedEvent();
    expect(JSON.parse(message?.Body ?? '{}')).toMatchObject({
      detail: JSON.parse(Detail) as unknown,
    });
    expect(message?.MessageAttributes?.['reason']?.StringValue).toMatch(/^status must be/);
  }, 30_000);
  await expect(item('agent#agent-123')).resolves.toBeUndefined();
}, 60_000);

describe('the WebSocket API', () => {
  let url: string;
  beforeAll(async () => {
    const { WebSocketUrl = '' } = await deployment.outputs();
    url = deployment.reachable(WebSocketUrl);
  });

  it.each(['nothing', 'a forged token', 'an expired token'])(
    'refuses a handshake (token: %s)',
    async (what) => {
      const token = await issuer.mintToken({
        expiresInSeconds: what.includes('expired') ? -1 : 60,
      });
      const headers: Record<string, string> =
        what === 'nothing'
          ? {}
          : { Authorization: `Bearer ${what.includes('forged') ? token.slice(0, -9) : token}` };
      // AWS responds with 401 if an authorizer throws `Unauthorized`; MiniStack responds with 500 to any error.
      await expect(TestClient.refused(url, { headers })).resolves.toEqual({
        status: 500,
        code: 1006,
      });
    },
    30_000,
  );

  it(
    'sends a message of a reported event to a connected client',
    async () => {
      const token = await issuer.mintToken({ sub: 'deploy-message' });
      const client = await TestClient.open(url, { token });
      await eventually(async () => {
        await expect(connections()).resolves.toMatchObject({ connections: 1, connectedUsers: 1 });
      }, 30_000);
      client.send({ type: 'ping' });
      await client.received('pong', 1, 30_000);
      await emit('agent:status', 'agent-message', 'online');
      await client.received('agent:status', 1, 30_000);
      expect(client.messagesOf('agent:status')).toEqual([
        {
          type: 'agent:status',
          payload: {
            agentId: 'agent-message',
            status: 'online',
            timestamp: expect.any(Number) as unknown,
          },
        },
      ]);
      await client.close();
      await eventually(async () => {
        await expect(connections()).resolves.toMatchObject({ connections: 0, connectedUsers: 0 });
      }, 30_000);
    },
    commandMilliseconds,
  );
});

it(
  'npm run verify finds the stack of the stage, and all holds that MiniStack can do as AWS does',
  async () => {
    const { WebSocketUrl = '', HealthUrl = '', WhoamiUrl = '' } = await deployment.outputs();
    const output = path.join(account.folder, 'verified.json');
    // The addresses of the outputs are those of AWS.
    const addresses = [
      ...['--url', deployment.reachable(WebSocketUrl)],
      ...['--health-url', deployment.reachable(HealthUrl)],
      ...['--whoami-url', deployment.reachable(WhoamiUrl)],
    ];
    const waits = ['--timeout', '60', '--heartbeat-timeout', String(scheduleMilliseconds / 1000)];
    const token = await issuer.mintToken({ sub: 'verifier' });
    const expired = await issuer.mintToken({ expiresInSeconds: -1 });
    const tokens = ['--token', token, '--expired-token', expired];
    const given = ['--stage', 'development', '--events', '2', ...tokens];
    const failed = (came: string) => expect.objectContaining({ outcome: 'fails', came }) as unknown;
    await expect(
      account.run(
        'npm',
        'run',
        'verify',
        '--',
        ...given,
        ...addresses,
        ...waits,
        '--output',
        output,
      ),
    ).rejects.toThrow('do not hold');
    const { steps } = JSON.parse(await readFile(output, 'utf8')) as Report;
    const others = steps.filter(({ outcome }) => outcome !== 'holds');
    expect(Object.fromEntries(others.map((step) => [step.name, step]))).toEqual({
      // AWS responds with 401 if an authorizer throws `Unauthorized`; MiniStack responds with 500 to any error.
      'refuses no token': failed('HTTP 500'),
      'refuses a text that is no token': failed('HTTP 500'),
      'refuses another signature': failed('HTTP 500'),
      'refuses another user in a signed token': failed('HTTP 500'),
      'refuses a token without a signature': failed('HTTP 500'),
      'refuses an expired token': failed('HTTP 500'),
      // API Gateway returns the header of the function `connect`; MiniStack leaves it out.
      'handshake with the subprotocol': failed('Server sent no subprotocol'),
    });
    const verified = Object.values(await registers()).filter(({ sk }) =>
      sk?.startsWith('agent#verify-'),
    );
    expect(verified).toMatchObject([{ status: 'offline' }]);
  },
  scheduleMilliseconds + 2 * commandMilliseconds,
);

it(
  'deploying again without a change does nothing',
  async () => {
    await deployment.synthesize();
    await deployment.diff();
    await expect(deployment.deploy()).resolves.toContain('(no changes)');
    await expect(account.inventory()).resolves.toEqual(deployed);
  },
  3 * commandMilliseconds,
);

it(
  'changing a setting of one function updates that function only',
  async () => {
    const before = await registers();
    expect(Object.values(before).map(({ sk }) => sk)).toContain('agent#agent-message');
    await deployment.synthesize('snapshotAgents=4000');
    await expect(deployment.diff()).rejects.toThrow('SNAPSHOT_AGENTS');
    await deployment.deploy();
    const changed = await account.inventory();
    expect(Object.keys(changed)).toEqual(Object.keys(deployed));
    expect(Object.keys(changed).filter((thing) => changed[thing] !== deployed[thing])).toEqual([
      'function mission-control-development-default',
      'stack MissionControl-development',
    ]);
    await expect(registers()).resolves.toEqual(before);
  },
  3 * commandMilliseconds,
);

it(
  'the schedule runs the heartbeat, which stores the connection counts',
  async () => {
    await eventually(async () => {
      const taken = Object.keys(await items()).filter((key) => key.startsWith('census '));
      expect(taken).toHaveLength(16);
    }, scheduleMilliseconds);
  },
  scheduleMilliseconds + 10_000,
);

it(
  'destroying the stack leaves only the role for the logs of API Gateway',
  async () => {
    await deployment.destroy();
    const left = Object.keys(await account.inventory());
    expect(left.filter((thing) => !(thing in bootstrapped))).toEqual([
      expect.stringMatching(/^role MissionControl-development-RealtimeWebSocketAccount/),
    ]);
    expect(left).toEqual(expect.arrayContaining(Object.keys(bootstrapped)));
  },
  2 * commandMilliseconds,
);
