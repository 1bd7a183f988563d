// Third-party clients: Python's websockets and boto3, the AWS CLI, wscat and curl.
import { execFile, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { startLocalStack, type LocalStack } from '#local/index';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

const run = promisify(execFile);
const project = path.resolve(__dirname, '../..');

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack();
});
afterAll(() => stack.close());

const aws = async (...args: string[]) => {
  const { stdout } = await run('aws', ['--endpoint-url', stack.awsEndpointUrl, ...args], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_PAGER: '',
    },
  });
  return stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>);
};

/** Arguments for a scan that finds the connections of a user. */
async function connectionsOf(user: string): Promise<string[]> {
  const tables = (await aws('dynamodb', 'list-tables')) as { TableNames: [string] };
  return [
    ...['--table-name', tables.TableNames[0]],
    ...['--filter-expression', 'begins_with(sk, :user)'],
    ...['--expression-attribute-values', JSON.stringify({ ':user': { S: `${user}#` } })],
  ];
}

it("Python's websockets receives the documented message for an event that boto3 puts", async () => {
  const token = await stack.mintToken({ sub: 'alice' });
  const script = path.join(__dirname, 'dashboard.py');
  const { stdout } = await run('python3', [
    script,
    stack.webSocketUrl,
    token,
    stack.awsEndpointUrl,
  ]);
  expect(stdout.trim()).toBe(
    '{"type":"agent:status","payload":{"agentId":"agent-py","status":"online","timestamp":1707163200000}}',
  );
});

it("Python's websockets negotiates batches if it offers them, in any order, and single messages otherwise", async () => {
  const token = await stack.mintToken({ sub: 'bob' });
  const script = path.join(__dirname, 'negotiate.py');
  const [single, batch] = ['mission-control', 'mission-control.batch'];
  const chosen = (place: 'header' | 'subprotocols', ...offered: string[]) =>
    run('python3', [script, stack.webSocketUrl, token, place, ...offered]).then(
      ({ stdout }) => stdout.trim(),
      (error: unknown) => /HTTP \d+/.exec(String(error))?.[0] ?? error,
    );
  const asked: [string, Promise<unknown>][] = [
    ['None', chosen('header')],
    [single, chosen('header', single)],
    [batch, chosen('header', batch)],
    [batch, chosen('header', single, batch)],
    [single, chosen('subprotocols', single, token)],
    [batch, chosen('subprotocols', single, token, batch)],
    [batch, chosen('subprotocols', batch, token, single)],
    ['HTTP 401', chosen('subprotocols', batch, token, 'another-token')],
    ['HTTP 401', chosen('subprotocols', token, single)],
  ];
  const answers = await Promise.all(asked.map(([, answer]) => answer));
  expect(answers).toEqual(asked.map(([expected]) => expected));
});

it("Python's websockets receives the events of a pack as one batch", async () => {
  const token = await stack.mintToken({ sub: 'carol' });
  const script = path.join(__dirname, 'batch.py');
  const { stdout } = await run('python3', [
    ...[script, stack.webSocketUrl, token, stack.awsEndpointUrl],
  ]);
  const messages = Array.from({ length: 10 }, (_, number) => {
    const payload = { agentId: `agent-${number}`, status: 'online', timestamp: 1_707_163_200_000 };
    return JSON.stringify({ type: 'agent:status', payload });
  });
  expect(stdout.trim().split('\n')).toEqual(['batch', ...messages]);
});

it('the Python examples of the documents report an event and receive its message', async () => {
  const texts = await Promise.all(
    ['docs/client.md', 'docs/reporting.md'].map((file) =>
      readFile(path.join(project, file), 'utf8'),
    ),
  );
  const samples = [...texts.join('').matchAll(/^```python\n(.*?)^```$/gms)].map(([, code = '']) =>
    // Replace the documented default addresses of the local stack by those of this one.
    code
      .replaceAll('ws://localhost:3000', stack.webSocketUrl)
      .replaceAll('http://localhost:4566', stack.awsEndpointUrl),
  );
  const [listen = '', report = '', ...others] = samples;
  expect([listen.includes('websockets'), report.includes('boto3'), others]).toEqual([
    true,
    true,
    [],
  ]);
  const token = await stack.mintToken({ sub: 'alice' });
  const listener = spawn('python3', ['-c', listen], {
    env: { ...process.env, TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let said = '';
    listener.stdout.on('data', (data: Buffer) => (said += data.toString()));
    await eventually(async () => {
      const { Items } = (await aws('dynamodb', 'scan', ...(await connectionsOf('alice')))) as {
        Items: unknown[];
      };
      expect(Items).toHaveLength(1);
    }, 30_000);
    await run('python3', ['-c', report]);
    await eventually(() => {
      expect(said).toMatch(/^agent:status \{'agentId': 'agent-123', 'status': 'online'/m);
    });
  } finally {
    listener.kill();
  }
});

it('the AWS CLI puts an event', async () => {
  const token = await stack.mintToken({ sub: 'alice' });
  const client = await TestClient.open(stack.webSocketUrl, { token });
  const entry = {
    Source: 'mission-control',
    DetailType: 'session:activity',
    Detail: '{"agentId":"a","sessionId":"s","lastMessage":"User said: Hello","timestamp":1}',
    EventBusName: 'mission-control',
  };
  await aws('events', 'put-events', '--entries', JSON.stringify([entry]));
  await client.received('session:activity');
  expect(client.messagesOf('session:activity')).toEqual([
    { type: 'session:activity', payload: JSON.parse(entry.Detail) as unknown },
  ]);
  await client.close();
});

it('the AWS CLI finds a connection, posts to it and closes it', async () => {
  const token = await stack.mintToken({ sub: 'alice' });
  const client = await TestClient.open(stack.webSocketUrl, { token });
  let connectionId = '';
  // The connections of the tests before are closed, and may still have their records.
  await eventually(async () => {
    const items = (await aws('dynamodb', 'scan', ...(await connectionsOf('alice')))) as {
      Items: { sk: { S: string } }[];
    };
    expect(items.Items).toHaveLength(1);
    connectionId = items.Items[0]?.sk.S.split('#')[1] ?? '';
  });
  const manage = async (operation: string, ...args: string[]) => {
    const endpoint = `${stack.awsEndpointUrl}/live`;
    return aws(
      ...['--endpoint-url', endpoint, 'apigatewaymanagementapi', operation],
      ...['--connection-id', connectionId, ...args],
    );
  };
  await manage('post-to-connection', '--data', '{"by":"hand"}');
  await expect(manage('get-connection')).resolves.toMatchObject({
    Identity: { SourceIp: '127.0.0.1' },
  });
  await manage('delete-connection');
  await client.closed;
  expect(client.news).toEqual(['{"by":"hand"}']);
  await expect(manage('get-connection')).rejects.toThrow('GoneException');
});

it('wscat connects with an Authorization header, as in the README', async () => {
  const token = await stack.mintToken({ sub: 'alice' });
  const wscat = path.join(project, 'node_modules/wscat/bin/wscat');
  const args = [wscat, '-c', stack.webSocketUrl, '-H', `Authorization: Bearer ${token}`];
  const child = spawn(process.execPath, [...args, '-x', '{"type":"ping"}', '-w', '60']);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      if (output.includes('"pong"')) resolve();
    });
    child.once('exit', () => {
      reject(new Error(`wscat ended: ${output}`));
    });
  });
  child.kill();
});

describe('curl', () => {
  it('gets the health check', async () => {
    // On a busy machine the table may time out.
    await eventually(async () => {
      const { stdout } = await run('curl', ['--silent', '--show-error', '--fail', stack.healthUrl]);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'ok', gateway: 'not configured' });
    });
  });

  it('reports an event with one line, as in the README, and it is on a dashboard', async () => {
    const readme = await readFile(path.join(project, 'README.md'), 'utf8');
    const [command = ''] = /^curl localhost:3000\/events [^]*?'$/m.exec(readme) ?? [];
    const local = command.replace('localhost:3000', new URL(stack.httpUrl).host);
    expect(local).not.toBe(command);
    const client = await TestClient.open(stack.webSocketUrl, { token: await stack.mintToken() });
    const { stdout } = await run('sh', ['-c', local], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({ accepted: 1 });
    await client.received('agent:status');
    expect(client.messagesOf('agent:status')[0]).toMatchObject({
      payload: { agentId: 'agent-123', status: 'error' },
    });
    await client.close();
  });

  it('gets 401 for a handshake without a token', async () => {
    const { stdout } = await run('curl', [
      ...['--silent', '--output', '-', '--write-out', '\n%{http_code}', '--http1.1'],
      ...['--header', 'Connection: Upgrade', '--header', 'Upgrade: websocket'],
      ...[
        '--header',
        'Sec-WebSocket-Version: 13',
        '--header',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ],
      stack.httpUrl,
    ]);
    expect(stdout).toMatch(/\n401$/);
  });
});
