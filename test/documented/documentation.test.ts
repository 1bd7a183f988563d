// Checks each statement of the product's API documentation against the local stack, with real sockets.
import { WebSocket as BrowserWebSocket } from 'undici';
import { createPublisher } from '#sdk/publisher';
import { startLocalStack, type LocalStack } from '#local/index';
import { connectionRecords } from '../support/stack/connection-records';
import { TestClient } from '../support/stack/test-client';
import { eventually } from '../support/eventually';

let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { heartbeatSeconds: 1 },
    gatewayUrl: 'http://127.0.0.1:1/',
  });
});
afterEach(() => TestClient.closeAll());
afterAll(() => stack.close());

// Each token is of a different user, so that the limit of handshakes per user does not affect the tests.
let users = 0;
const token = () => stack.mintToken({ sub: `user-${String(users++)}` });

function publisher() {
  return createPublisher({
    eventBusName: stack.eventBusName,
    clientConfiguration: stack.clientConfiguration,
  });
}

describe('connection', () => {
  it('opens with the Authorization header', async () => {
    const headers = { Authorization: `Bearer ${await token()}` };
    const socket = new BrowserWebSocket(stack.webSocketUrl, { headers });
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    socket.close(1000);
  });

  it('opens with the query parameter', async () => {
    const socket = new BrowserWebSocket(`${stack.webSocketUrl}?token=${await token()}`);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    socket.close(1000);
  });

  it.each([
    ['mission-control', []],
    ['mission-control.batch', ['mission-control.batch']],
  ])(
    'opens with the token among the subprotocols, and the server echoes only the name: %s',
    async (name, more) => {
      const protocols = ['mission-control', await token(), ...more];
      const socket = new BrowserWebSocket(stack.webSocketUrl, protocols);
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = reject;
      });
      expect(socket.protocol).toBe(name);
      socket.close(1000);
    },
  );

  it.each([
    ['no token', () => undefined],
    ['an invalid token', () => 'garbage'],
    ['an expired token', () => stack.mintToken({ expiresInSeconds: -10 })],
  ])('is refused with %s: close code 1006', async (_, tokenOf) => {
    const bad = await tokenOf();
    const url = bad === undefined ? stack.webSocketUrl : `${stack.webSocketUrl}?token=${bad}`;
    const socket = new BrowserWebSocket(url);
    const code = await new Promise((resolve) => {
      socket.onclose = (event) => {
        resolve(event.code);
      };
      socket.onerror = () => undefined;
    });
    expect(code).toBe(1006);
  });
});

describe('message types', () => {
  it.each(['online', 'offline', 'error'] as const)('agent:status %s', async (status) => {
    const client = await TestClient.open(stack.webSocketUrl, { token: await token() });
    const before = Date.now();
    await publisher().broadcastAgentStatus('agent-abc-123', status);
    // The service may send an event of an earlier test once more.
    const received = () =>
      client.messagesOf('agent:status').find(({ payload }) => payload['status'] === status);
    await eventually(() => {
      expect(received()).toBeDefined();
    });
    const message = received();
    const timestamp = message?.payload['timestamp'] as number;
    expect(message).toEqual({
      type: 'agent:status',
      payload: { agentId: 'agent-abc-123', status, timestamp },
    });
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Date.now());
    await client.close();
  });

  it('session:activity', async () => {
    const client = await TestClient.open(stack.webSocketUrl, { token: await token() });
    const text = 'Processing user request...';
    await publisher().broadcastSessionActivity('agent-abc-123', 'session-xyz-789', text);
    await client.received('session:activity');
    const [message] = client.messagesOf('session:activity');
    expect(Object.entries(message?.payload ?? {})).toEqual([
      ['agentId', 'agent-abc-123'],
      ['sessionId', 'session-xyz-789'],
      ['lastMessage', text],
      ['timestamp', expect.any(Number)],
    ]);
    await client.close();
  });

  it('heartbeat, repeatedly', async () => {
    const client = await TestClient.open(stack.webSocketUrl, { token: await token() });
    await client.received('heartbeat', 3);
    for (const message of client.messagesOf('heartbeat')) {
      expect(message).toEqual({
        type: 'heartbeat',
        payload: { timestamp: expect.any(Number) as unknown },
      });
      expect(Number.isInteger(message.payload['timestamp'])).toBe(true);
    }
    await client.close();
  });
});

describe('client examples', () => {
  it('the browser example receives a message of each type that it handles', async () => {
    const expected = [
      'Agent agent-123 is now online',
      'New activity in session session-456',
      'heartbeat',
    ];
    const heard: string[] = [];
    const ws = new BrowserWebSocket(`${stack.webSocketUrl}?token=${await token()}`);
    const all = new Promise<void>((resolve) => {
      ws.onmessage = (event) => {
        const message = JSON.parse(event.data as string) as {
          type: string;
          payload: { agentId: string; status: string; sessionId: string };
        };
        switch (message.type) {
          case 'agent:status':
            heard.push(`Agent ${message.payload.agentId} is now ${message.payload.status}`);
            break;
          case 'session:activity':
            heard.push(`New activity in session ${message.payload.sessionId}`);
            break;
          case 'heartbeat':
            heard.push('heartbeat');
            break;
          default:
            heard.push(`unknown: ${message.type}`);
        }
        if (expected.every((line) => heard.includes(line))) resolve();
      };
    });
    await new Promise((resolve) => {
      ws.onopen = resolve;
    });
    const { broadcastAgentStatus, broadcastSessionActivity } = publisher();
    await broadcastAgentStatus('agent-123', 'online');
    await broadcastSessionActivity('agent-123', 'session-456', 'User said: Hello');
    await all;
    expect(heard).toEqual(expect.not.arrayContaining([expect.stringMatching('unknown')]));
    ws.close();
  });

  it('the reconnection example gives up after five attempts, and resets the count when a connection opens', async () => {
    const good = await token();
    let current = 'garbage';
    let attempts = 0;
    let reconnectAttempts = 0;
    const maxReconnectAttempts = 5;
    const delays: number[] = [];
    await new Promise<void>((resolve) => {
      const connect = () => {
        attempts += 1;
        const ws = new BrowserWebSocket(`${stack.webSocketUrl}?token=${current}`);
        ws.onerror = () => undefined;
        ws.onopen = () => {
          reconnectAttempts = 0;
          current = 'garbage';
          ws.close();
        };
        ws.onclose = () => {
          if (reconnectAttempts >= maxReconnectAttempts) {
            resolve();
            return;
          }
          delays.push(1 * Math.pow(2, reconnectAttempts));
          reconnectAttempts += 1;
          if (attempts === 3) current = good;
          setTimeout(connect, delays.at(-1));
        };
      };
      connect();
    });
    expect(delays).toEqual([1, 2, 4, 1, 2, 4, 8, 16]);
  });
});

describe('health check', () => {
  it('reports the numbers of connections and users, with the documented keys', async () => {
    // Those of the tests before are closed, and may still have their records.
    await eventually(async () => {
      expect((await connectionRecords(stack)).size).toBe(0);
    });
    const clients = await Promise.all(
      ['alice', 'alice', 'bob'].map(async (sub) =>
        TestClient.open(stack.webSocketUrl, { token: await stack.mintToken({ sub }) }),
      ),
    );
    let response = await fetch(stack.healthUrl);
    // On a busy machine the table may time out; then health reports no numbers.
    while (response.status === 503) response = await fetch(stack.healthUrl);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const text = await response.text();
    const health = JSON.parse(text) as { timestamp: string };
    expect(text).toBe(
      JSON.stringify({
        status: 'degraded',
        timestamp: health.timestamp,
        gateway: 'disconnected',
        websocket: { status: 'running', connections: 3, connectedUsers: 2 },
        config: { gatewayUrl: 'http://127.0.0.1:1/', useMockData: false },
      }),
    );
    expect(new Date(health.timestamp).toISOString()).toBe(health.timestamp);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('reports no connections and no users after all connections have closed', async () => {
    await eventually(async () => {
      await expect(stack.health()).resolves.toMatchObject({
        websocket: { connections: 0, connectedUsers: 0 },
      });
    });
  });
});

describe('close codes', () => {
  it('1000 when the client closes the connection', async () => {
    const client = await TestClient.open(stack.webSocketUrl, { token: await token() });
    await expect(client.close()).resolves.toEqual({ code: 1000, reason: '' });
  });

  it('1001 when the server shuts down', async () => {
    const client = await TestClient.open(stack.webSocketUrl, { token: await token() });
    await stack.close();
    await expect(client.closed).resolves.toMatchObject({ code: 1001 });
  });
});
