// Events are put on the bus with the same results, and as many requests, as with the AWS SDK alone.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEventBridgeBus } from '#adapters/events/event-bridge-bus';
import { createSignedEventBridge, eventBridgeProtocol } from '#adapters/events/signed-event-bridge';
import { createSignedJson } from '#adapters/http/signed-json';
import type { EventBridgeRequests } from '#sdk/publisher/event-bridge/requests';
import { createSdkRequests } from '#sdk/publisher/event-bridge/sdk-requests';

type Respond = (response: ServerResponse) => void;
interface Asked {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

let asked: Asked[] = [];
let answers: Respond[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    asked.push({ headers: request.headers, body: JSON.parse(text) });
    answers.shift()?.(response);
  });
});
let requestsOf: Readonly<Record<'sdk' | 'signed', () => EventBridgeRequests>>;

const region = 'eu-central-1';
const credentials = { accessKeyId: 'AKID1', secretAccessKey: 'key', sessionToken: 'session' };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { sockets: 3, timeoutMilliseconds: 60_000 };
  const sdk = () =>
    createSdkRequests({
      clientConfiguration: { region, credentials, endpoint: url, requestHandler: {} },
    });
  const signed = () =>
    createSignedEventBridge(
      createSignedJson(eventBridgeProtocol, { url, region, credentials }, options),
      sdk(),
    );
  requestsOf = { sdk, signed };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Puts two events, too large for one pack, on a bus that gives these answers. */
async function put(way: keyof typeof requestsOf, given: readonly Respond[]) {
  asked = [];
  answers = [...given];
  const pauses: number[] = [];
  const error = jest.fn();
  const requests = requestsOf[way]();
  const bus = createEventBridgeBus({
    ...{ requests, eventBusName: 'the-bus', eventSource: 'the-source', random: () => 1 },
    sleep(milliseconds) {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    log: { info: jest.fn(), warn: jest.fn(), error },
  });
  const payload = { sessionId: 'ß', lastMessage: '👋'.repeat(8_150), timestamp: 1 };
  const accepted = await bus.put(
    ['a', 'b'].map((agentId) => ({
      event: { type: 'session:activity', payload: { agentId, ...payload } },
    })),
  );
  requests.close();
  return {
    accepted,
    pauses,
    logged: error.mock.calls as unknown,
    bodies: asked.map(({ body }) => body),
  };
}

const json =
  (status: number, body: object): Respond =>
  (response) =>
    response.writeHead(status).end(JSON.stringify(body));
const results = (...codes: (string | undefined)[]) =>
  json(200, {
    FailedEntryCount: codes.filter((code) => code !== undefined).length,
    Entries: codes.map((ErrorCode) => (ErrorCode === undefined ? { EventId: '1' } : { ErrorCode })),
  });
const refusal = (status: number, type: string) => json(status, { __type: type, message: 'no' });
const page: Respond = (response) => response.writeHead(502).end('<html>');
const three = (respond: Respond) => [respond, respond, respond];

const lost = (reason: string, events = 2) => [['events not put on the bus', { events, reason }]];
const [all, none, second] = [
  [true, true],
  [false, false],
  [true, false],
];

it.each([
  ['both events', [results(undefined, undefined)], all, 1, []],
  [
    'the second event later',
    [results(undefined, 'ThrottlingException'), results(undefined)],
    all,
    2,
    [],
  ],
  [
    'never the second event',
    [results(undefined, 'InternalFailure'), ...three(results('InternalFailure'))],
    second,
    3,
    lost('InternalFailure', 1),
  ],
  [
    'an event from a source that is denied',
    [results(undefined, 'NotAuthorizedForSourceException')],
    second,
    1,
    lost('NotAuthorizedForSourceException', 1),
  ],
  [
    'no request of this role',
    three(refusal(400, 'AccessDeniedException')),
    none,
    1,
    lost('AccessDeniedException'),
  ],
  [
    'no request to this bus',
    three(refusal(400, 'com.amazonaws.events#ResourceNotFoundException:http://a')),
    none,
    1,
    lost('ResourceNotFoundException'),
  ],
  [
    'requests after throttling',
    [...three(refusal(400, 'ThrottlingException')).slice(1), results(undefined, undefined)],
    all,
    3,
    [],
  ],
  [
    'no request for now',
    three(refusal(500, 'InternalException')),
    none,
    3,
    lost('InternalException'),
  ],
  ['requests after pages of a proxy', [page, page, results(undefined, undefined)], all, 3, []],
  [
    'the second event, after a page',
    [page, results(undefined, 'InternalFailure'), results(undefined)],
    all,
    3,
    [],
  ],
])('accepts %s', async (_what, given, accepted, requests, logged) => {
  const ends = await put('signed', given);
  expect(ends).toMatchObject({ accepted, logged });
  expect(ends.bodies).toHaveLength(requests);
  expect(ends).toEqual(await put('sdk', given));
});

it('sends the same request as the AWS SDK, which makes the next one after a failure', async () => {
  const given = [refusal(500, 'InternalException'), results(undefined, undefined)];
  await put('signed', given);
  const [bySigned, repeated] = asked;
  await put('sdk', given);
  const [bySdk] = asked;
  expect(bySigned?.body).toEqual(bySdk?.body);
  for (const name of [
    ...['host', 'content-type', 'content-length', 'x-amz-target', 'x-amz-security-token'],
  ]) {
    expect({ [name]: bySigned?.headers[name] }).toEqual({ [name]: bySdk?.headers[name] });
  }
  expect(bySigned?.headers['authorization']).toContain(`/${region}/events/aws4_request`);
  expect(bySigned?.headers['user-agent']).toBe('mission-control-realtime');
  expect(repeated?.headers['user-agent']).toContain('aws-sdk-js');
});
