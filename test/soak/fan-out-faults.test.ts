// Fan-outs under faults of API Gateway: every live socket receives every event.
import type { LocalSettings } from '#local/index';
import { eventually } from '../support/eventually';
import {
  copiesIn,
  heard,
  startFanOutStack,
  type FanOutStack,
} from '../support/stack/fan-out-stack';

let stack: FanOutStack;
afterEach(() => stack.close());

const post = { service: 'execute-api', operation: 'PostToConnection' };
const status = (share: number, code: number) =>
  stack.injectFault({ ...post, share, effect: { kind: 'status', status: code } });
/** The throttle of the account, which affects all requests to @connections. */
const throttle = (share: number) =>
  stack.injectFault({ service: 'execute-api', share, effect: { kind: 'status', status: 429 } });

const sum = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((total, number) => total + number, 0);

async function start(settings: LocalSettings = {}): Promise<void> {
  stack = await startFanOutStack({ settings });
}

it('delivers every message despite throttled, failing, dropped and late responses', async () => {
  await start();
  // 10,000 posts. With 40,000, the retries of a busy machine took more than the 240 s below.
  const [connections, events] = [1_200, 10];
  const clients = await stack.openMany(connections);
  const idOf = new Map([...(await stack.records())].map(([id, userId]) => [userId, id]));
  expect(idOf.size).toBe(connections);
  // Their records stay: as on AWS, where $disconnect is sent on a best-effort basis.
  const withdraw = [
    stack.injectFault({
      ...{ service: 'dynamodb', operation: 'DeleteItem' },
      effect: { kind: 'status', status: 500, code: 'InternalServerError' },
    }),
  ];
  const killed = clients.splice(0, 200);
  for (const { socket } of killed) socket.terminate();

  /** Posts that were done but not answered in time, by connection and agent; and posts that were not done, by connection. */
  const [lost, dropped] = [new Map<string, number>(), new Map<string, number>()];
  const count = (counts: Map<string, number>, key: string) =>
    counts.set(key, (counts.get(key) ?? 0) + 1);
  const connectionOf = (path: string) => decodeURIComponent(path.split('/').at(-1) ?? '');
  const onDropped = ({ path }: { readonly path: string }) => count(dropped, connectionOf(path));
  const onLost = ({ path, body }: { readonly path: string; readonly body: Buffer }) => {
    const { payload } = JSON.parse(body.toString()) as { payload: { agentId?: string } };
    count(lost, `${connectionOf(path)} ${payload.agentId ?? ''}`);
  };
  withdraw.push(
    throttle(0.15),
    status(0.05, 500),
    stack.injectFault({
      ...{ ...post, share: 0.01, onAffected: onDropped },
      effect: { kind: 'drop' },
    }),
    stack.injectFault({
      ...{ ...post, share: 0.01, onAffected: onLost },
      effect: { kind: 'drop', done: true },
    }),
    stack.injectFault({
      ...{ ...post, share: 0.02, onAffected: onLost },
      effect: { kind: 'delay', milliseconds: 6_000 },
    }),
  );
  const agents = Array.from(
    { length: events },
    (_, index) => `agent-${String(index).padStart(2, '0')}`,
  );
  for (const agent of agents) await stack.publisher.broadcastAgentStatus(agent, 'online');
  await Promise.all(clients.map((client) => client.received('agent:status', events, 240_000)));
  // Keep the check cheap, because the gateway runs in this thread, too.
  await eventually(() => {
    expect(clients.filter(({ news }) => new Set(news).size < events).length).toBe(0);
  }, 240_000);
  for (const client of clients) expect([...heard(client).keys()].sort()).toEqual(agents);
  for (const end of withdraw) end();

  // A message may be duplicated only if the response to a post was lost: by a fault, or by a timeout on a busy machine.
  // Each post without a response explains one copy, except posts that a fault explains or that were not done.
  let twice = 0;
  const unexplained: object[] = [];
  for (const client of clients) {
    const connectionId = idOf.get(client.userId) ?? '';
    const [copies, byFaults] = [new Map<string, number>(), new Map<string, number>()];
    for (const [agent, times] of heard(client)) {
      if (times === 1) continue;
      copies.set(agent, times - 1);
      byFaults.set(agent, Math.min(times - 1, lost.get(`${connectionId} ${agent}`) ?? 0));
    }
    const more = sum(copies) - sum(byFaults);
    const unanswered = stack.unanswered(connectionId) - (dropped.get(connectionId) ?? 0);
    twice += sum(copies);
    if (more > Math.max(0, unanswered - sum(byFaults))) {
      unexplained.push({ connectionId, copies: [...copies], byFaults: [...byFaults], unanswered });
    }
  }
  expect(unexplained).toEqual([]);
  expect(twice).toBeGreaterThan(0);
  // The records of all dead connections are removed, and those of all live ones remain.
  const live = new Set(clients.map(({ userId }) => userId));
  await eventually(async () => {
    expect(new Set((await stack.records()).values())).toEqual(live);
  }, 30_000);
  await eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({
      websocket: { connections: clients.length, connectedUsers: clients.length },
    });
  });
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 600_000);

it('delivers a message once after API Gateway has throttled all requests for 20 s', async () => {
  await start();
  const clients = await stack.openMany(50);
  const withdraw = throttle(1);
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  expect(clients.filter((client) => heard(client).size > 0)).toEqual([]);
  withdraw();
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 60_000)));
  expect(clients.map((client) => [...heard(client)])).toEqual(clients.map(() => [['agent-1', 1]]));
  expect((await stack.records()).size).toBe(50);
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 120_000);

it('sends a large fan-out by shard jobs; health and the heartbeat interval are unaffected', async () => {
  await start({ largeFanOutConnections: 100, heartbeatSeconds: 5 });
  const clients = await stack.openMany(1_000);
  // Heartbeats count the connections, and the connection count determines whether a fan-out is large.
  await Promise.all(clients.map((client) => client.received('heartbeat', 2, 90_000)));
  await stack.publisher.broadcastAgentStatus('agent-1', 'online');
  await Promise.all(clients.map((client) => client.received('agent:status', 1, 90_000)));
  expect(clients.map((client) => [...heard(client).keys()])).toEqual(
    clients.map(() => ['agent-1']),
  );
  expect(copiesIn(clients)).toBeLessThanOrEqual(stack.unanswered());
  await eventually(() => {
    const reports = stack.eventReports();
    expect(reports.map(({ service }) => service)).toEqual(
      Array.from({ length: 16 }, () => 'deliver'),
    );
    expect(reports.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(1_000);
  });
  // Health reports no numbers if the table or the function times out, as on a busy machine.
  await eventually(async () => {
    await expect(stack.health()).resolves.toMatchObject({
      websocket: { connections: 1_000, connectedUsers: 1_000 },
    });
  });
  // Heartbeats are sent by shard jobs, too, and keep their interval.
  await Promise.all(
    clients.map((client) =>
      client.received('heartbeat', client.messagesOf('heartbeat').length + 5, 90_000),
    ),
  );
  const heartbeats = stack.reports().filter(({ type }) => type === 'heartbeat');
  expect(heartbeats.some(({ service }) => service === 'deliver')).toBe(true);
  for (const client of clients) {
    const times = client
      .messagesOf('heartbeat')
      .slice(-6)
      .map((message) => message.payload['timestamp'] as number);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // The median tolerates late heartbeats: on a busy machine, one causes a longer gap and a shorter one.
    const [, , median = NaN] = gaps.sort((one, other) => one - other);
    expect(Math.abs(median - 5_000)).toBeLessThan(1_500);
    // After a longer one, a client would reconnect.
    expect(Math.max(...gaps)).toBeLessThan(12_500);
  }
  await expect(stack.deadLetters()).resolves.toBe(0);
}, 360_000);
