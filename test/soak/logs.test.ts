// No log line contains a token or the text of a message, whatever clients and backends send and whatever fails.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { metrics } from '#lambdas/contract/metrics';
import { logLines } from '#core/log-lines';
import { startLocalStack, type LocalStack, type LogLine } from '#local/index';
import { localAudience, localIssuer } from '#local/issuer/issuer';
import { createPublisher, type Publisher } from '#sdk/publisher';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

/** Text that must not be in the logs, also in Base64, which has three forms of it, depending on the offset modulo 3. */
const mark = 'canary-7Q';
const marks = [mark, ...[0, 1, 2].map((shift) => inBase64(shift)), 'eyJ'];

function inBase64(shift: number): string {
  const text = Buffer.from(`${'x'.repeat(shift)}${mark}`).toString('base64');
  return text.slice(Math.ceil((shift * 4) / 3) + (shift === 0 ? 0 : 1), -4);
}

const timeout = 120_000;
const lines: LogLine[] = [];
const log = (line: LogLine) => lines.push(line);
let stack: LocalStack;
let publisher: Publisher;
let users = 0;

beforeAll(async () => {
  stack = await startLocalStack({
    log,
    mockData: true,
    settings: {
      heartbeatSeconds: 2,
      handshakeBurst: 20,
      messageBurst: 1000,
      largeFanOutConnections: 1,
    },
  });
  publisher = createPublisher({ clientConfiguration: stack.clientConfiguration });
}, timeout);

afterAll(async () => {
  await publisher.close();
  await stack.close();
});

const tokenOf = (claims: object = {}, options: object = {}) =>
  stack.mintToken({ sub: `user-${(users += 1)}`, claims: { name: mark, ...claims }, ...options });
const open = async () => TestClient.open(stack.webSocketUrl, { token: await tokenOf() });
const refused = (url: string, options = {}) => TestClient.refused(url, options);
/** The status of /whoami, which must ignore the query. */
const whoami = async ({ whoamiUrl }: LocalStack, token: string) => {
  const headers = { Authorization: `Bearer ${token}`, 'X-Mark': mark };
  return (await fetch(`${whoamiUrl}?token=${mark}`, { headers })).status;
};
const invoke = (name: string, event: object) =>
  stack.functions.get(`mission-control-${name}`)?.invoke(event);
const fail = (service: string, operation?: string) =>
  stack.injectFault({
    service,
    ...(operation === undefined ? {} : { operation }),
    effect: { kind: 'status', status: 500 },
  });
const entries = () =>
  lines.flatMap(({ source, text }) => {
    if (source === 'stack' || !text.startsWith('{')) return [];
    return [JSON.parse(text) as Record<string, unknown>];
  });
/** Errors that functions threw, including refused handshakes. */
const thrown = () =>
  entries().flatMap(({ message }) =>
    typeof message === 'object' ? [message as Record<string, unknown>] : [],
  );
const logged = (message: string) =>
  eventually(() => {
    expect(entries().map((entry) => entry['message'])).toContain(message);
  }, timeout);

async function putEvent(type: string, detail: object, source = 'mission-control'): Promise<void> {
  const client = new EventBridgeClient(stack.clientConfiguration);
  const entry = { EventBusName: stack.eventBusName, Source: source, DetailType: type };
  await client.send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] }),
  );
  client.destroy();
}

const activity = (more: object = {}) => ({
  ...{ agentId: 'agent-1', sessionId: 'session-1', lastMessage: mark, timestamp: Date.now() },
  ...more,
});

it('a token contains one of the marks for each Base64 offset', async () => {
  const found = async (claims: object) => {
    const [, payload = ''] = (await tokenOf(claims)).split('.');
    return marks.slice(1, 4).some((each) => payload.includes(each));
  };
  for (const before of ['', 'a', 'aa'])
    await expect(found({ a: before, name: mark })).resolves.toBe(true);
});

it(
  'handshakes: valid and invalid tokens in the header, the query and the subprotocols',
  async () => {
    const url = stack.webSocketUrl;
    const good = await tokenOf();
    const clients = [
      await TestClient.open(url, { token: good, headers: { 'X-Mark': mark } }),
      await TestClient.open(url, { subprotocols: ['mission-control', await tokenOf()] }),
      await TestClient.open(`${url}?token=${await tokenOf()}&mark=${mark}`),
    ];
    for (const bad of [mark, `${mark}.${mark}.${mark}`, `${good.slice(0, -9)}${mark}`]) {
      await refused(url, { token: bad });
      await refused(url, { subprotocols: ['mission-control', bad] });
      await refused(`${url}?token=${bad}`);
      await whoami(stack, bad);
    }
    await refused(url, { token: await tokenOf({}, { expiresInSeconds: -1 }) });
    await refused(url, { token: await tokenOf({ iss: mark }) });
    await refused(url, { token: await tokenOf({ aud: mark }) });
    await refused(url, { headers: { Authorization: `Basic ${mark}` } });
    await refused(`${url}/${mark}?token=${mark}`);
    expect(await whoami(stack, good)).toBe(200);
    await Promise.all(clients.map((client) => client.close()));
    const token = await tokenOf();
    for (let handshake = 0; handshake < 50; handshake += 1) await refused(url, { token });
    await invoke('connect', { requestContext: { connectionId: 'x' }, headers: { Mark: mark } });
    for (const message of [
      ...['connected', 'disconnected', 'whoami refused', 'handshake without authorizer context'],
    ]) {
      await logged(message);
    }
    await eventually(() => {
      expect(thrown().some(({ code }) => code === 'token_malformed')).toBe(true);
      expect(entries().some((entry) => entry['HandshakesLimited'] === 1)).toBe(true);
    }, timeout);
  },
  timeout,
);

it(
  'messages: valid and invalid ones, with valid and invalid tokens',
  async () => {
    const client = await open();
    const messages = [
      ...[mark, `{"type":"${mark}"}`, `{"type":"ping","payload":"${mark}"`, Buffer.from(mark)],
      ...[{ type: 'state:sync', payload: { since: mark } }, { type: 'state:sync' }],
      ...[mark, `${mark}.${mark}.${mark}`, await tokenOf({}, { expiresInSeconds: -1 })].map(
        (token) => ({ type: 'token:refresh', payload: { token } }),
      ),
    ];
    for (const message of messages) client.send(message);
    await client.received('error', messages.length - 1);
    await invoke('default', { requestContext: { connectionId: 'x' }, body: mark });
    const refreshed = await stack.mintToken({ sub: `user-${users}`, claims: { name: mark } });
    client.send({ type: 'token:refresh', payload: { token: refreshed } });
    for (const message of [
      'message refused',
      'token refused',
      'state synced',
      'message without authorizer context',
    ]) {
      await logged(message);
    }
    await client.close();
  },
  timeout,
);

it(
  'events: broadcast, stale and invalid ones, and those of operators',
  async () => {
    const client = await open();
    await publisher.broadcastSessionActivity('agent-1', 'session-1', mark);
    await client.received('session:activity');
    await putEvent('session:activity', activity({ timestamp: 1 }));
    await putEvent('session:activity', activity({ timestamp: Date.now() + 3_600_000 }));
    await putEvent('session:activity', activity({ lastMessage: { mark } }));
    await putEvent('session:activity', activity({ lastMessage: mark.repeat(10_000) }));
    await putEvent(`${mark}:activity`, activity());
    await putEvent('agent:status', { agentId: mark.repeat(20), status: mark, timestamp: mark });
    await putEvent('user:disconnect', { userId: 7, reason: mark }, 'mission-control.operator');
    await putEvent(mark, { mark }, 'mission-control.operator');
    await putEvent(
      'user:disconnect',
      { userId: `user-${users}`, reason: 'account suspended' },
      'mission-control.operator',
    );
    await client.closed;
    for (const message of ['fan-out', 'event rejected', 'user disconnected', 'connection closed']) {
      await logged(message);
    }
  },
  timeout,
);

it(
  'retry jobs and heartbeats: invalid, given up and dropped ones',
  async () => {
    const queues = new SQSClient(stack.clientConfiguration);
    const url = `${stack.awsEndpointUrl}/000000000000/mission-control-deliveries`;
    const payload = { agentId: mark, sessionId: mark, lastMessage: mark, timestamp: 1 };
    const text = JSON.stringify({ type: 'session:activity', payload });
    const job = { messages: [text], round: 99, shard: 0 };
    for (const body of [
      mark,
      `{"message":"${mark}`,
      ...[
        { ...job, messages: mark },
        { ...job, messages: [mark] },
        { message: mark, type: 'session:activity', reportedAt: mark, round: 99, shard: 0 },
        { ...job, shard: mark },
        { ...job, connections: mark },
        job,
      ].map((each) => JSON.stringify(each)),
    ]) {
      await queues.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
    }
    queues.destroy();
    await invoke('heartbeat', { Records: [{ body: mark }] });
    const beats = [{ dueAt: 1 }, { dueAt: Date.now() }, { dueAt: Date.now() - 1 }];
    await invoke('heartbeat', { Records: beats.map((beat) => ({ body: JSON.stringify(beat) })) });
    for (const message of [
      ...['retry job failed', 'job given up'],
      ...['late heartbeat dropped', 'needless heartbeat dropped'],
    ])
      await logged(message);
  },
  timeout,
);

it(
  'failures: API Gateway, the table and the queues',
  async () => {
    const client = await open();
    let withdraw = [fail('execute-api')];
    await publisher.broadcastSessionActivity('agent-1', 'session-2', mark);
    await logged('post failed');
    withdraw.push(fail('sqs'));
    await publisher.broadcastSessionActivity('agent-1', 'session-3', mark);
    await putEvent(mark, activity());
    await invoke('broadcast', {
      ...{ id: '1', 'detail-type': mark, source: 'mission-control', detail: activity() },
    });
    for (const end of withdraw) end();
    // Only queries fail here: if the table could not count synchronizations, the function would not read the state.
    withdraw = [fail('dynamodb', 'Query')];
    client.send({ type: 'state:sync' });
    await logged('state not read');
    withdraw.push(fail('dynamodb'));
    await publisher.broadcastSessionActivity('agent-1', 'session-4', mark);
    client.send({ type: 'token:refresh', payload: { token: await tokenOf() } });
    client.send(mark);
    await refused(stack.webSocketUrl, { token: await tokenOf() });
    await stack.health().catch(() => undefined);
    for (const message of [
      ...['state not stored', 'shard not read to its end', 'message not counted'],
      ...['connections not counted', 'connection counts not read'],
    ]) {
      await logged(message);
    }
    for (const end of withdraw) end();
    await client.close();
  },
  2 * timeout,
);

it(
  'an issuer whose keys cannot be fetched',
  async () => {
    const without = await startLocalStack({
      ...{ log, issuer: localIssuer, audience: localAudience },
      // No server listens at this address.
      jwksUri: 'http://127.0.0.1:9/keys',
    });
    try {
      expect((await refused(without.webSocketUrl, { token: await tokenOf() })).status).toBe(500);
      expect(await whoami(without, await tokenOf())).toBe(503);
      await logged('no verdict on a token');
      await logged('keys not fetched at cold start');
    } finally {
      await without.close();
    }
  },
  timeout,
);

describe('the log lines of the tests above', () => {
  it('contain no mark', () => {
    expect(lines.length).toBeGreaterThan(200);
    const found = lines.filter(({ text }) => marks.some((each) => text.includes(each)));
    expect(found).toEqual([]);
  });

  it('have documented messages, with the documented levels and fields', () => {
    const always = ['level', 'message', 'service', 'timestamp', 'xray_trace_id'];
    const written = entries().filter((each) => typeof each['message'] === 'string');
    for (const entry of written) {
      const { message, level } = entry as { message: keyof typeof logLines; level: string };
      expect(Object.keys(logLines)).toContain(message);
      const documented = logLines[message];
      expect({ message, level: level.toLowerCase() }).toEqual({ message, level: documented.level });
      const unknown = Object.keys(entry).filter(
        (field) => ![...always, ...documented.fields].includes(field),
      );
      expect({ message, unknown }).toEqual({ message, unknown: [] });
    }
  });

  it('have documented metrics only', () => {
    const lineMetrics = entries().filter((each) => '_aws' in each);
    expect(lineMetrics.length).toBeGreaterThan(20);
    for (const entry of lineMetrics) {
      const [directive] = (
        entry['_aws'] as { CloudWatchMetrics: [{ Metrics: { Name: string }[] }] }
      ).CloudWatchMetrics;
      const known: readonly string[] = metrics[entry['service'] as keyof typeof metrics];
      for (const { Name } of directive.Metrics) expect(known).toContain(Name);
    }
  });

  it('are all JSON, also thrown errors and refused handshakes', () => {
    expect(lines.filter(({ source, text }) => source !== 'stack' && !text.startsWith('{'))).toEqual(
      [],
    );
    const refusal = ['code', 'place', 'requestId', 'service', 'stage'];
    expect(thrown().length).toBeGreaterThan(0);
    for (const message of thrown()) {
      if ('errorMessage' in message) continue;
      expect(refusal).toEqual(expect.arrayContaining(Object.keys(message)));
    }
  });
});
