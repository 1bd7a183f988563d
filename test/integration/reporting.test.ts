// POST /events on the local stack: as a backend with a token and nothing else sees it.
import { startLocalStack, type LocalStack } from '#local/index';
import { localReportScope } from '#local/issuer/issuer';
import { TestClient } from '../support/stack/test-client';

let stack: LocalStack;
let machine: string;

beforeAll(async () => {
  stack = await startLocalStack({
    settings: {
      ...{ scopeClaim: 'agents', maxTokenHours: 1 },
      // The functions between a handshake or an event and a dashboard are invoked through aliases.
      provisionedConcurrency: { authorizer: 1, connect: 1, broadcast: 1 },
    },
  });
  machine = await tokenOf({ agents: ['team-a/*'], scope: localReportScope });
});
afterEach(() => TestClient.closeAll());
afterAll(() => stack.close());

const tokenOf = (claims: Record<string, unknown>) => stack.mintToken({ sub: 'machine', claims });
let timestamp = Date.now() - 60_000;
const status = (agentId: string) => ({
  type: 'agent:status',
  payload: { agentId, status: 'online', timestamp: (timestamp += 1) },
});

async function post(
  body: unknown,
  token: string | undefined = machine,
  init: { readonly body?: string; readonly headers?: Record<string, string> } = {},
) {
  const response = await fetch(stack.reportUrl, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), ...init.headers },
  });
  return {
    status: response.status,
    body: (await response.json()) as unknown,
    challenge: response.headers.get('www-authenticate'),
  };
}

it('brings an event to a dashboard, whatever its content type', async () => {
  const token = await stack.mintToken({ claims: { agents: ['*'] } });
  const client = await TestClient.open(stack.webSocketUrl, { token });
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    const event = status('team-a/one');
    const headers = { 'content-type': type };
    expect(await post(event, machine, { headers })).toMatchObject({
      status: 202,
      body: { accepted: 1 },
    });
    const count = client.messagesOf('agent:status').length + 1;
    await client.received('agent:status', count);
    expect(client.messagesOf('agent:status').at(-1)).toMatchObject(event);
  }
});

it('brings a list of 100 events to a dashboard, and answers for each of a mixed list', async () => {
  const token = await stack.mintToken({ claims: { agents: ['*'] } });
  const client = await TestClient.open(stack.webSocketUrl, { token });
  const events = Array.from({ length: 100 }, (_, index) => status(`team-a/${index}`));
  expect(await post(events)).toMatchObject({ status: 202, body: { accepted: 100 } });
  await client.received('agent:status', 100);
  const mixed = [status('team-a/x'), status('team-b/x'), { type: 'agent:status', payload: {} }];
  expect(await post(mixed)).toMatchObject({
    status: 207,
    body: {
      results: [
        { status: 202 },
        { status: 403, code: 'agent_out_of_scope' },
        { status: 400, code: 'event_invalid' },
      ],
    },
  });
});

it('answers as API Gateway does for a token that it refuses', async () => {
  expect(await post(status('team-a/x'), '')).toEqual({
    ...{ status: 401, body: { message: 'Unauthorized' }, challenge: 'Bearer' },
  });
  const user = await tokenOf({ agents: ['team-a/*'] });
  expect(await post(status('team-a/x'), user)).toMatchObject({
    ...{ status: 403, body: { message: 'Forbidden' } },
  });
});

it('answers with a code for a token that only the service refuses', async () => {
  const scope = localReportScope;
  const unscoped = await tokenOf({ scope });
  expect(await post(status('team-a/x'), unscoped)).toMatchObject({
    ...{ status: 401, body: { code: 'scope_missing' } },
  });
  const iat = Math.floor(Date.now() / 1000) - 3_601;
  const old = await tokenOf({ scope, agents: ['team-a/*'], iat });
  expect(await post(status('team-a/x'), old)).toMatchObject({
    ...{ status: 401, body: { code: 'token_too_old' } },
  });
});

it('has no other method, and no POST elsewhere', async () => {
  for (const [method, path] of [
    ['GET', '/events'],
    ['PUT', '/events'],
    ['POST', '/health'],
    ['POST', '/whoami'],
    ['POST', '/events/'],
  ] as const) {
    const response = await fetch(`${stack.httpUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${machine}` },
    });
    expect([method, path, response.status]).toEqual([method, path, 404]);
  }
});

it('answers 413 for a body of more than 10 MB', async () => {
  const body = 'x'.repeat(10 * 1024 * 1024 + 1);
  expect(await post(undefined, machine, { body })).toMatchObject({
    ...{ status: 413, body: { message: 'Request Entity Too Large' } },
  });
});

it('answers 503 while the event bus does not accept events, and 202 again after that', async () => {
  const effect = { kind: 'status', status: 500 } as const;
  const withdraw = stack.injectFault({ service: 'events', operation: 'PutEvents', effect });
  expect(await post(status('team-a/x'))).toMatchObject({
    ...{ status: 503, body: { code: 'unavailable' } },
  });
  withdraw();
  expect(await post(status('team-a/x'))).toMatchObject({ status: 202 });
});
