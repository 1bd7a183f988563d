// Signed requests, with all kinds of answers: what has no answer in JSON is left to the AWS SDK.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { dynamoProtocol } from '#adapters/dynamodb/requests/signed-table';
import {
  createSignedJson,
  type SignedEndpoint,
  type SignedJson,
  type SignedJsonOptions,
} from '#adapters/http/signed-json';
import { holdTimeouts, passTime, releaseTimeouts } from '#test/support/timeouts';

const page = {
  Items: [{ sk: { S: 'ä#id=' }, connectedAt: { N: '1707163200123' } }],
  LastEvaluatedKey: { pk: { S: 'connections#0' }, sk: { S: 'ä#id=' } },
};
const input = {
  TableName: 'täble',
  KeyConditionExpression: 'pk = :pk',
  ExpressionAttributeValues: { ':pk': { S: 'connections#0' } },
  Limit: 1_000,
};
const credentials = { accessKeyId: 'AKID1', secretAccessKey: 'key', sessionToken: 'session' };
const timeoutMilliseconds = 200;

interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
  readonly socket: IncomingMessage['socket'];
}
type Respond = (response: ServerResponse) => unknown;

let asked: Asked[] = [];
/** The next answers; after them, the page. */
let answers: Respond[] = [];
const answerPage: Respond = (response) => response.end(JSON.stringify(page));

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const { headers, socket } = request;
    asked.push({ headers, body: JSON.parse(text), socket });
    (answers.shift() ?? answerPage)(response);
  });
});
let url: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  holdTimeouts();
  asked = [];
  answers = [];
});
afterEach(() => {
  releaseTimeouts();
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('with sockets', () => {
  const create = (
    endpoint: Partial<SignedEndpoint> = {},
    options: Partial<SignedJsonOptions> = {},
  ): SignedJson =>
    createSignedJson(
      dynamoProtocol,
      { url, region: 'eu-central-1', credentials, ...endpoint },
      { sockets: 3, timeoutMilliseconds, ...options },
    );

  it('sends the same request as the AWS SDK, and returns the parsed answer', async () => {
    const sdk = new DynamoDBClient({ endpoint: url, region: 'eu-central-1', credentials });
    await sdk.send(new QueryCommand(input));
    sdk.destroy();
    await expect(create()('Query', input)).resolves.toEqual({ status: 200, body: page });
    const [bySdk, byUs] = asked;
    expect(byUs?.body).toEqual(bySdk?.body);
    for (const name of [
      ...['host', 'content-type', 'content-length', 'x-amz-target', 'x-amz-security-token'],
    ]) {
      expect({ [name]: byUs?.headers[name] }).toEqual({ [name]: bySdk?.headers[name] });
    }
    expect(byUs?.headers['user-agent']).toBe('mission-control-realtime');
    expect(byUs?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID1\/\d{8}\/eu-central-1\/dynamodb\/aws4_request, SignedHeaders=.*host;.*x-amz-security-token;.* Signature=/,
    );
  });

  it('limits its sockets, and reuses them', async () => {
    const call = create();
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => call('Query', input)));
    }
    expect(asked).toHaveLength(20);
    expect(new Set(asked.map(({ socket }) => socket)).size).toBe(3);
  });

  it('sends the trace, if there is one', async () => {
    const traces = [undefined, 'Root=1-2-3'];
    const call = create({}, { trace: () => traces[asked.length] });
    await call('Query', input);
    await call('Query', input);
    expect(asked.map(({ headers }) => headers['x-amzn-trace-id'])).toEqual(traces);
  });

  it('returns errors of the service', async () => {
    const body = { __type: 'ProvisionedThroughputExceededException', message: 'no' };
    answers = [(response) => response.writeHead(400).end(JSON.stringify(body))];
    await expect(create()('Query', input)).resolves.toEqual({ status: 400, body });
    expect(asked).toHaveLength(1);
  });

  it.each<[string, Respond, number]>([
    ['a redirection', (response) => response.writeHead(302, { location: '/' }).end(), 1],
    ['a page of HTML', (response) => response.end('<html>'), 1],
    ['JSON that is no object', (response) => response.end('null'), 1],
    ['an empty body', (response) => response.end(), 1],
    ['no answer', () => passTime(timeoutMilliseconds), 1],
    [
      'half an answer, twice',
      (response) => {
        response.writeHead(200, { 'content-length': 1_000 }).write('{"Items":[');
        response.destroy();
      },
      2,
    ],
    ['a closed socket, twice', (response) => response.destroy(), 2],
  ])('has no answer after %s, and works afterwards', async (_what, answer, requests) => {
    const call = create();
    answers = Array.from({ length: requests }, () => answer);
    await expect(call('Query', input)).resolves.toBeUndefined();
    expect(asked).toHaveLength(requests);
    await expect(call('Query', input)).resolves.toEqual({ status: 200, body: page });
  });

  it('repeats a request if the server has closed the socket meanwhile', async () => {
    const call = create();
    await call('Query', input);
    answers = [(response) => response.destroy()];
    await expect(call('Query', input)).resolves.toEqual({ status: 200, body: page });
    expect(asked).toHaveLength(3);
  });

  it.each<[string, Partial<SignedEndpoint>, Partial<SignedJsonOptions>]>([
    ['credentials', { credentials: { ...credentials, sessionToken: 'a\nb' } }, {}],
    ['a trace', {}, { trace: () => 'a\nb' }],
  ])('has no answer with %s that cannot be in a header', async (_what, endpoint, options) => {
    await expect(create(endpoint, options)('Query', input)).resolves.toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('has no answer if nobody listens', async () => {
    await expect(create({ url: 'http://127.0.0.1:9' })('Query', input)).resolves.toBeUndefined();
  });
});

it('has no answer without an endpoint', async () => {
  const options = { sockets: 1, timeoutMilliseconds };
  const call = createSignedJson(dynamoProtocol, undefined, options);
  await expect(call('Query', input)).resolves.toBeUndefined();
  expect(asked).toEqual([]);
});
