// The messages that the service really sends are valid by their JSON Schemas, for each type of message.
import Ajv from 'ajv';
import { documents } from '#docs/generator/documents';
import { createBroadcast } from '#core/broadcasting/broadcast';
import { createHeartbeat } from '#core/broadcasting/heartbeat';
import { createLargeFanOut } from '#core/fan-out/large-fan-out';
import { createSendHeartbeat } from '#core/broadcasting/send-heartbeat';
import { createAnswerFakes, tokenOf } from '#test/support/core/answer';
import { createFanOutHarness } from '#test/support/core/fan-out';
import { MemoryStateStore } from '#test/support/core/fakes';

const ajv = new Ajv();
for (const [file, text] of documents()) {
  if (file.endsWith('.json')) ajv.addSchema(JSON.parse(text) as object, file);
}

const heartbeatSeconds = 30;

async function broadcastMessages(): Promise<unknown[]> {
  const harness = createFanOutHarness();
  const { clock, connections, gateway } = harness;
  const [, batched] = connections.seed(clock.now(), ['alice', 'bob']);
  if (batched === undefined) throw new Error('nobody is connected');
  connections.records.set(batched.connectionId, { ...batched, batches: true });
  const largeFanOut = createLargeFanOut({ ...harness, threshold: 100 });
  const broadcast = createBroadcast({
    ...{ ...harness, largeFanOut, state: new MemoryStateStore() },
    deadLetters: { keep: () => Promise.reject(new Error('both are events')) },
    lifetimes: { agentDays: 7, sessionHours: 24 },
  });
  const heartbeat = createHeartbeat({
    ...{ ...harness, largeFanOut, heartbeatSeconds, queue: { plan: () => Promise.resolve() } },
    sendHeartbeat: createSendHeartbeat({
      ...harness,
      heartbeatSeconds,
      closeConnection: () => Promise.resolve('closed'),
    }),
  });
  const timestamp = clock.now();
  const deadline = timestamp + 20_000;
  await clock.run(heartbeat.onSchedule(deadline));
  const events = (
    [
      ['agent:status', { status: 'error' }],
      ['session:activity', { sessionId: 's', lastMessage: '\ud800 …' }],
    ] as const
  ).map(([type, value]) => ({ type, payload: { agentId: 'ä', timestamp, ...value } }));
  const pack = { id: 'pack', type: 'events:batch', payload: { events }, whole: {} };
  await clock.run(broadcast(pack, deadline));
  return gateway.posts.map(({ message }) => message);
}

async function answerMessages(): Promise<unknown[]> {
  const { ask, clock, gateway, state, connection } = createAnswerFakes();
  const times = { updatedAt: clock.now(), expiresAt: clock.now() + 1e10 };
  const agent = { agentId: 'a', status: 'online', timestamp: 1 } as const;
  await state.put({ type: 'agent:status', payload: agent }, times);
  const answers = [
    await ask({ type: 'ping' }),
    await ask({ type: 'state:sync' }),
    await ask({ type: 'subscribe', payload: { agents: ['team-a/*'] } }),
    await ask({ type: 'session:history', payload: { agentId: 'team-a/1', sessionId: 's' } }),
    await ask('no message'),
    await ask({
      type: 'token:refresh',
      payload: { token: tokenOf(connection.userId, clock.now() + 7_000_000) },
    }),
  ];
  clock.advance(10_000_000);
  await ask({ type: 'ping' });
  return [...answers, ...gateway.posts.map(({ message }) => message)];
}

it('validates a message of every type that the server sends', async () => {
  const messages = [...(await broadcastMessages()), ...(await answerMessages())] as {
    type: string;
  }[];
  const types = new Set<string>();
  for (const message of messages) {
    const validate = ajv.getSchema(`docs/schemas/messages/${message.type.replace(':', '-')}.json`);
    expect([message, validate?.(message), validate?.errors ?? []]).toEqual([message, true, []]);
    types.add(message.type);
  }
  expect([...types].sort()).toEqual([
    'agent:status',
    'batch',
    'connection:closing',
    'error',
    'heartbeat',
    'pong',
    'session:activity',
    'session:timeline',
    'state:snapshot',
    'subscribed',
    'token:refreshed',
  ]);
});
