// The AWS endpoint answers programs on this machine with access keys that it issued, and no web pages.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import {
  clientConfig,
  closeTiny,
  deployTiny,
  type TinyStack,
} from '#test/support/local/tiny-stack';

let stack: TinyStack;
let developer: DynamoDBClient;
beforeAll(async () => {
  stack = await deployTiny({});
  developer = new DynamoDBClient(clientConfig(stack));
});
afterAll(async () => {
  developer.destroy();
  await closeTiny();
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** A DynamoDB request that is signed for `host`. */
async function listTables(
  host: string,
  more: Readonly<Record<string, string>> = {},
  key = 'local',
) {
  const { port } = new URL(stack.endpointUrl);
  const body = '{}';
  const signer = new SignatureV4({
    credentials: { accessKeyId: key, secretAccessKey: key },
    region: 'us-east-1',
    service: 'dynamodb',
    sha256: developer.config.sha256,
  });
  const target = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };
  const given = { host, 'content-type': 'application/x-amz-json-1.0', ...target };
  const { headers } = await signer.sign({
    ...{ protocol: 'http:', hostname: host, method: 'POST', path: '/', query: {} },
    ...{ headers: given, body },
  });
  return send({ host: '127.0.0.1', port, method: 'POST', headers: { ...headers, ...more } }, body);
}

const send = (options: object, body = '') =>
  new Promise<Answer>((resolve, reject) => {
    httpRequest(options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, body: text, headers: response.headers });
      });
    })
      .on('error', reject)
      .end(body);
  });

it.each(['localhost:4566', '127.0.0.1', '[::1]:4566', 'dynamodb.localhost:4566'])(
  'answers a request for the host %s',
  async (host) => {
    expect(await listTables(host)).toMatchObject({ status: 200 });
  },
);

it.each(['evil.example', 'localhost.evil.example:4566', '169.254.169.254', '10.0.0.1:4566'])(
  'refuses a request for the host %s, also with a valid signature',
  async (host) => {
    const { status, body } = await listTables(host);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      message:
        'The AWS endpoint of the local stack answers to localhost, *.localhost, 127.0.0.1 and [::1] alone.',
    });
  },
);

it.each([
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: 'http://localhost:3000' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
])('refuses a web page: %j', async (headers: Record<string, string>) => {
  const { status, body } = await listTables('localhost:4566', headers);
  expect(status).toBe(403);
  expect(body).toContain('AccessDeniedException');
  expect(body).toContain('answers programs, not web pages');
});

it('refuses a preflight of a web page, before it checks credentials', async () => {
  const { port } = new URL(stack.endpointUrl);
  const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
  const options = { host: '127.0.0.1', port, method: 'OPTIONS', headers };
  const { status, body } = await send(options);
  expect([status, body]).toEqual([403, expect.stringContaining('not web pages')]);
});

it('refuses access keys that the stack did not issue, with the error of each service', async () => {
  const config = {
    ...clientConfig(stack),
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const clients = {
    dynamo: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    sqs: new SQSClient(config),
  };
  const refused = (name: string, httpStatusCode: number) => ({
    name,
    message: expect.stringContaining(
      'accepts the access key local with the secret local',
    ) as string,
    $metadata: { httpStatusCode },
  });
  const entry = { Source: 's', DetailType: 'd', Detail: '{}' };
  await expect(clients.dynamo.send(new ListTablesCommand({}))).rejects.toMatchObject(
    refused('UnrecognizedClientException', 400),
  );
  await expect(
    clients.events.send(new PutEventsCommand({ Entries: [entry] })),
  ).rejects.toMatchObject(refused('UnrecognizedClientException', 403));
  await expect(clients.sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject(
    refused('InvalidClientTokenId', 403),
  );
  for (const client of Object.values(clients)) client.destroy();
  // boto3 would use this header as the name of the error, for any service.
  const { headers } = await listTables('localhost', {}, 'test');
  expect(headers).not.toHaveProperty('x-amzn-query-error');
});
