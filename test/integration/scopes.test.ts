// Scopes: the tokens that a stack with `scopeClaim` accepts, and the events that their users get.
import { createPublisher, type Publisher } from '#sdk/publisher';
import { startLocalStack, type LocalStack } from '#local/index';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/stack/test-client';

let stack: LocalStack;
let publisher: Publisher;
const lines: string[] = [];

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { scopeClaim: 'cognito:groups', scopePattern: '{value}/*' },
    log: (line) => lines.push(JSON.stringify(line)),
  });
  const { clientConfiguration, eventBusName } = stack;
  publisher = createPublisher({ eventBusName, clientConfiguration });
});
afterEach(() => TestClient.closeAll());
afterAll(async () => {
  await publisher.close();
  await stack.close();
});

const tokenOf = (groups: unknown, sub = 'alice') =>
  stack.mintToken({ sub, claims: { 'cognito:groups': groups } });
const whoami = (token: string) =>
  fetch(stack.whoamiUrl, { headers: { Authorization: `Bearer ${token}` } });

it.each([
  ['no claim', undefined, 'scope_missing'],
  ['an empty list', [], 'scope_missing'],
  ['an object', { team: 'team-a' }, 'scope_invalid'],
  ['a group without a name', [''], 'scope_invalid'],
  ['400 groups', Array.from({ length: 400 }, (_, n) => `team-${n}`), 'scope_too_large'],
])('refuses a token with %s', async (_what, groups, code) => {
  lines.length = 0;
  const token = await tokenOf(groups);
  await expect(TestClient.refused(stack.webSocketUrl, { token })).resolves.toEqual({
    status: 401,
    code: 1006,
  });
  await eventually(() => {
    expect(lines.filter((line) => line.includes(code))).toHaveLength(1);
  });
  const answer = await whoami(token);
  expect(answer.status).toBe(401);
  await expect(answer.json()).resolves.toEqual({ code });
});

it('sends each user the events of the agents in its scope, and no others', async () => {
  const open = async (groups: unknown, sub: string) =>
    TestClient.open(stack.webSocketUrl, { token: await tokenOf(groups, sub) });
  const alice = await open(['team-a'], 'alice');
  const bob = await open('team-b shared', 'bob');
  const report = (...agents: string[]) =>
    Promise.all(agents.map((agentId) => publisher.broadcastAgentStatus(agentId, 'online')));
  await report('shared/1', 'team-b/1', 'team-a/1');
  await alice.received('agent:status', 1);
  await bob.received('agent:status', 2);
  // What they must not get would have come before this, which is sent later.
  await report('team-a/2', 'shared/2');
  await alice.received('agent:status', 2);
  await bob.received('agent:status', 3);
  const agentsOf = (client: TestClient) =>
    client.messagesOf('agent:status').map(({ payload }) => payload['agentId']);
  expect(agentsOf(alice)).toEqual(['team-a/1', 'team-a/2']);
  // The bus may deliver events in any order.
  expect(agentsOf(bob).sort()).toEqual(['shared/1', 'shared/2', 'team-b/1']);
});

it('tells by /whoami which agents the user may see', async () => {
  const answer = await whoami(await tokenOf(['team-a', '*']));
  expect(answer.status).toBe(200);
  await expect(answer.json()).resolves.toMatchObject({
    userId: 'alice',
    agents: ['\\*/*', 'team-a/*'],
  });
});

it('refuses to refresh a connection with a token without a scope, and keeps it open', async () => {
  const client = await TestClient.open(stack.webSocketUrl, { token: await tokenOf(['team-a']) });
  client.send({ type: 'token:refresh', payload: { token: await stack.mintToken() } });
  await client.received('error');
  expect(client.messagesOf('error')).toMatchObject([{ payload: { code: 'token_refused' } }]);
  client.send({ type: 'ping' });
  await client.received('pong');
});

it('logs no pattern of a scope', async () => {
  lines.length = 0;
  const client = await TestClient.open(stack.webSocketUrl, { token: await tokenOf(['secret-7']) });
  client.send({ type: 'ping' });
  await client.received('pong');
  await TestClient.refused(stack.webSocketUrl, { token: await tokenOf(['secret-7', '']) });
  await eventually(() => {
    expect(lines.join('\n')).toContain('scope_invalid');
  });
  expect(lines.join('\n')).not.toContain('secret-7');
});
