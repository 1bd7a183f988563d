// The first event of each function, as AWS delivers it, and how one sees that its first call has succeeded.
import type { ColdRun } from './run-cold';

/** What the events refer to. */
export interface Occasion {
  /** A text that is different in each run. */
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** A valid token of the user. */
  readonly token: string;
  readonly userId: string;
  /** An open connection of the user. */
  readonly connectionId: string;
}

export interface FirstEvent {
  readonly event: object;
  /** Whether the call has succeeded. */
  readonly succeeded: (run: ColdRun) => boolean;
  /** A text in the message that the open connection must get. Absent if it gets none. */
  readonly posts?: string;
  /** Variables that differ from those of the template. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly withoutPauses?: boolean;
}

/** A source whose events no function gets: they would run beside the next measurement. */
const unheard = { EVENT_SOURCE: 'cold-start' };

const answered = (status: number) => (run: ColdRun) =>
  (run.value as { readonly statusCode?: number } | undefined)?.statusCode === status;

/** The first events, by function. */
export const firstEvents: Readonly<Record<string, (occasion: Occasion) => FirstEvent>> = {
  // A handshake with a token in the header, as of the client in Node.js.
  authorizer: (occasion) => ({
    event: {
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:us-east-1:000000000000:local/live/$connect',
      ...handshakeOf(occasion),
      requestContext: requestContextOf(occasion, 'CONNECT', '$connect'),
    },
    succeeded: ({ value }) => JSON.stringify(value).includes('"Effect":"Allow"'),
  }),
  // The same handshake. It records the connection that is open already, so that the number of connections stays the same.
  connect: (occasion) => ({
    event: {
      ...handshakeOf(occasion),
      requestContext: authorizedContextOf(occasion, 'CONNECT', '$connect'),
      isBase64Encoded: false,
    },
    succeeded: answered(200),
  }),
  // The end of a connection that has no record any more: the request to the table is the same.
  disconnect: (occasion) => ({
    event: {
      requestContext: {
        ...authorizedContextOf(occasion, 'DISCONNECT', '$disconnect'),
        connectionId: `ended-${occasion.id}`,
        disconnectStatusCode: 1000,
      },
      isBase64Encoded: false,
    },
    succeeded: answered(200),
  }),
  // The first message of a client: the request for a snapshot.
  default: (occasion) => ({
    event: {
      requestContext: authorizedContextOf(occasion, 'MESSAGE', '$default'),
      body: JSON.stringify({ type: 'state:sync' }),
      isBase64Encoded: false,
    },
    succeeded: (run) => answered(200)(run) && JSON.stringify(run.value).includes('state:snapshot'),
  }),
  // An event of a backend, to one connection.
  broadcast: (occasion) => ({
    event: busEventOf(occasion, 'mission-control', 'agent:status', statusOf(occasion)),
    succeeded: () => true,
    posts: occasion.id,
  }),
  // A retry of a message to one connection.
  deliver: (occasion) => ({
    event: queueEventOf(occasion, {
      messages: [JSON.stringify({ type: 'agent:status', payload: statusOf(occasion) })],
      round: 1,
      connections: [
        [occasion.userId, occasion.connectionId, occasion.now, occasion.now + 3_600_000],
      ],
    }),
    succeeded: ({ value }) => JSON.stringify(value) === '{"batchItemFailures":[]}',
    posts: occasion.id,
  }),
  // A heartbeat that is due, to one connection.
  heartbeat: (occasion) => ({
    event: queueEventOf(occasion, { dueAt: occasion.now }),
    succeeded: () => true,
    posts: '"type":"heartbeat"',
  }),
  health: (occasion) => ({ event: httpEventOf(occasion, 'GET /health'), succeeded: answered(200) }),
  whoami: (occasion) => ({ event: httpEventOf(occasion, 'GET /whoami'), succeeded: answered(200) }),
  // One event over HTTPS.
  report: (occasion) => ({
    event: {
      ...httpEventOf(occasion, 'POST /events'),
      body: JSON.stringify({ type: 'agent:status', payload: statusOf(occasion) }),
    },
    environment: unheard,
    succeeded: answered(202),
  }),
  // An order about a user without connections.
  'disconnect-user': (occasion) => ({
    event: busEventOf(occasion, 'mission-control.operations', 'user:disconnect', {
      userId: `user-${occasion.id}`,
      reason: 'The account has been closed',
    }),
    succeeded: ({ printed }) => printed.includes('user disconnected'),
  }),
  // A minute of events, without the pauses between them.
  'mock-agents': () => ({
    event: {},
    environment: unheard,
    withoutPauses: true,
    succeeded: ({ printed }) => printed.includes('mock agents reported'),
  }),
};

/** The names of all functions. */
export const functionNames: readonly string[] = Object.keys(firstEvents);

const statusOf = ({ id, now }: Occasion) => ({
  ...{ agentId: `agent-${id}`, status: 'online', timestamp: now },
});

function handshakeOf({ token }: Occasion) {
  const headers = {
    Host: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    Authorization: `Bearer ${token}`,
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    'X-Forwarded-For': '192.0.2.1',
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  };
  const lists = Object.entries(headers).map(([name, value]) => [name, [value]]);
  return { headers, multiValueHeaders: Object.fromEntries(lists) as Record<string, string[]> };
}

function requestContextOf(
  { id, now, connectionId }: Occasion,
  eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT',
  routeKey: string,
) {
  return {
    ...{ routeKey, eventType, connectionId, messageDirection: 'IN', stage: 'live' },
    ...{ requestId: `request-${id}`, extendedRequestId: `request-${id}` },
    ...{ requestTimeEpoch: now, connectedAt: now, apiId: 'local' },
    ...{ domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com' },
    identity: { sourceIp: '192.0.2.1' },
  };
}

/** With the context of the authorizer, whose values API Gateway passes on as text. */
function authorizedContextOf(...given: Parameters<typeof requestContextOf>) {
  const [{ userId, now }] = given;
  return {
    ...requestContextOf(...given),
    authorizer: {
      ...{ principalId: userId, userId, integrationLatency: 12 },
      ...{ expiresAt: String(now + 3_600_000), issuedAt: String(now - 1_000) },
    },
  };
}

function httpEventOf({ id, now, token }: Occasion, routeKey: string) {
  const [method = '', rawPath = ''] = routeKey.split(' ');
  return {
    ...{ version: '2.0', routeKey, rawPath, rawQueryString: '', isBase64Encoded: false },
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requestContext: {
      ...{ accountId: '000000000000', apiId: 'local', stage: '$default', routeKey },
      ...{ requestId: `request-${id}`, timeEpoch: now },
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' },
      authorizer: { jwt: { claims: {}, scopes: ['mission-control/report'] } },
    },
  };
}

function busEventOf({ id, now }: Occasion, source: string, type: string, detail: object) {
  return {
    ...{ version: '0', id: `event-${id}`, 'detail-type': type, source, detail },
    ...{ account: '000000000000', region: 'us-east-1', resources: [] },
    time: new Date(now).toISOString(),
  };
}

function queueEventOf({ id }: Occasion, body: object) {
  const record = {
    ...{ messageId: `message-${id}`, receiptHandle: id, body: JSON.stringify(body) },
    ...{ attributes: { ApproximateReceiveCount: '1' }, messageAttributes: {} },
    ...{ eventSource: 'aws:sqs', awsRegion: 'us-east-1' },
  };
  return { Records: [record] };
}
