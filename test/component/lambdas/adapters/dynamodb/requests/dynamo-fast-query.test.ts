// The fast query with all kinds of answers of DynamoDB: it falls back to the SDK.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createFastQuery } from '#adapters/dynamodb/requests/dynamo-fast-query';
import type { Query } from '#adapters/dynamodb/requests/dynamo-query';

const page = {
  Items: [{ sk: { S: 'ä#id=' }, connectedAt: { N: '1707163200123' } }],
  LastEvaluatedKey: { pk: { S: 'connections#0' }, sk: { S: 'ä#id=' } },
};
const input = {
  TableName: 'table',
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: 'connections#0' } },
  Limit: 1_000,
};

interface Asked {
  readonly by: 'sdk' | 'us';
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly socket: IncomingMessage['socket'];
}

let asked: Asked[] = [];
let answerUs: (response: ServerResponse) => void;
let answerSdk: (response: ServerResponse) => void;
const answerPage = (response: ServerResponse) => response.end(JSON.stringify(page));
const answerError = (status: number, type: string) => (response: ServerResponse) =>
  response.writeHead(status).end(JSON.stringify({ __type: type, message: 'no' }));

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const { headers, socket } = request;
    const by = headers['amz-sdk-invocation-id'] === undefined ? 'us' : 'sdk';
    asked.push({ by, headers, body: JSON.parse(text), socket });
    (by === 'us' ? answerUs : answerSdk)(response);
  });
});
let client: DynamoDBDocumentClient;
let query: Query;
let keys = { accessKeyId: 'AKID1', secretAccessKey: 'key', sessionToken: 'session' };

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
beforeEach(() => {
  asked = [];
  answerUs = answerSdk = answerPage;
  const { port } = server.address() as AddressInfo;
  const plain = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: () => Promise.resolve({ ...keys, expiration: new Date(0) }),
    maxAttempts: 1,
  });
  client = DynamoDBDocumentClient.from(plain);
  query = createFastQuery(client, { sockets: 3, timeoutMilliseconds: 200 });
});
afterEach(() => {
  client.destroy();
});
afterAll(() => {
  for (const each of [server, other]) {
    each.closeAllConnections();
    each.close();
  }
});

/** A second endpoint of DynamoDB. */
const other = createServer((_, response) => answerPage(response));
beforeAll(() => new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve)));

const askers = () => asked.map(({ by }) => by);

it('sends the same request as the SDK, and returns the same page', async () => {
  await expect(query(input)).resolves.toMatchObject(page);
  await expect(query(input)).resolves.toEqual(page);
  expect(askers()).toEqual(['sdk', 'us']);
  const [bySdk, byUs] = asked;
  expect(byUs?.body).toEqual(bySdk?.body);
  for (const name of ['host', 'content-type', 'x-amz-target', 'x-amz-security-token']) {
    expect({ [name]: byUs?.headers[name] }).toEqual({ [name]: bySdk?.headers[name] });
  }
  expect(byUs?.headers['user-agent']).toContain('aws-sdk-js');
  expect(byUs?.headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID1\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=.*host;.*x-amz-security-token;.* Signature=/,
  );
});

it('limits its sockets, and reuses them', async () => {
  await query(input);
  for (let round = 0; round < 2; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => query(input)));
  }
  const ours = asked.filter(({ by }) => by === 'us');
  expect(ours).toHaveLength(20);
  expect(new Set(ours.map(({ socket }) => socket)).size).toBe(3);
});

it('signs with the current credentials', async () => {
  await query(input);
  await query(input);
  keys = { ...keys, accessKeyId: 'AKID2' };
  await query(input);
  const used = asked.map(
    ({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1],
  );
  expect(used).toEqual(['AKID1', 'AKID1', 'AKID2']);
});

it.each<[string, (response: ServerResponse) => void]>([
  ['throttling', answerError(400, 'ProvisionedThroughputExceededException')],
  ['an expired token', answerError(400, 'ExpiredTokenException')],
  ['a server error', answerError(500, 'InternalServerError')],
  ['a redirection', (response) => response.writeHead(302, { location: '/' }).end()],
  ['a page of HTML', (response) => response.end('<html>')],
  ['an empty body', (response) => response.end()],
  [
    'half a page',
    (response) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('{"Items":[');
      response.destroy();
    },
  ],
  ['a closed socket', (response) => response.destroy()],
  ['no answer', () => undefined],
])('repeats the request with the SDK after %s', async (_, answer) => {
  await query(input);
  answerUs = answer;
  await expect(query(input)).resolves.toMatchObject(page);
  answerUs = answerPage;
  await expect(query(input)).resolves.toEqual(page);
  expect(askers()).toEqual(['sdk', 'us', 'sdk', 'us']);
});

it('throws the error of the SDK if the SDK fails, too', async () => {
  await query(input);
  answerUs = answerSdk = answerError(400, 'ResourceNotFoundException');
  await expect(query(input)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('learns the endpoint from a request of the SDK, and follows when it changes', async () => {
  answerSdk = answerError(500, 'InternalServerError');
  await expect(query(input)).rejects.toThrow('no');
  await expect(query(input)).resolves.toEqual(page);
  const { port } = other.address() as AddressInfo;
  let isMoved = false;
  client.middlewareStack.add(
    (next) => (args) => {
      if (isMoved) Object.assign(args.request as object, { port });
      return next(args);
    },
    { step: 'build' },
  );
  isMoved = true;
  answerUs = answerError(500, 'InternalServerError');
  await expect(query(input)).resolves.toMatchObject(page);
  await expect(query(input)).resolves.toEqual(page);
  expect(askers()).toEqual(['sdk', 'us', 'us']);
});
