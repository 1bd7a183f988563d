// The trace of an event continues in the requests for it: to SQS, and to EventBridge, also from a backend in Lambda.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEventBridgeReporter } from '#adapters/events/event-bridge-reporter';
import { heartbeatMessage } from '#core/fan-out/outgoing-message';
import { createSqsRetryQueue } from '#adapters/sqs/sqs-retry-queue';
import { createPublisher } from '#sdk/publisher';
import { createEventBridgeRequests } from '#wiring/event-bridge';
import { createQueues } from '#wiring/queues';
import { holdTimeouts, releaseTimeouts } from '#test/support/timeouts';

const trace = 'Root=1-6b066b26-bc94c5bc332c729dfe08c976;Parent=53995c3f42cd8ad8;Sampled=1';
const before = process.env;
const traces: unknown[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    traces.push(request.headers['x-amzn-trace-id']);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  process.env = {
    ...before,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    // Lambda sets these for each invocation of a traced function.
    AWS_LAMBDA_FUNCTION_NAME: 'mission-control-broadcast',
    _X_AMZN_TRACE_ID: trace,
  };
});

beforeEach(() => {
  holdTimeouts();
  traces.length = 0;
});

afterEach(() => {
  releaseTimeouts();
});

afterAll(async () => {
  process.env = before;
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

// https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html#services-xray-sqs
it('sends the trace header with jobs of the retry queue', async () => {
  const queueUrl = `${process.env['AWS_ENDPOINT_URL'] ?? ''}/000000000000/deliveries`;
  const job = { messages: [heartbeatMessage(1)], round: 1, shard: 0 };
  const queues = createQueues(process.env);
  await createSqsRetryQueue(queues, queueUrl, Math.random).send([job]);
  expect(traces).toEqual([trace]);
});

// https://docs.aws.amazon.com/xray/latest/devguide/xray-services-eventbridge.html
it('sends the trace header with events of the service', async () => {
  const requests = createEventBridgeRequests(process.env);
  const bus = { requests, eventBusName: 'the-bus', eventSource: 'the-source' };
  await createEventBridgeReporter(bus).broadcastAgentStatus('agent-1', 'online');
  expect(traces).toEqual([trace]);
});

it('sends the trace header with events from a backend in Lambda', async () => {
  const publisher = createPublisher({});
  await publisher.broadcastAgentStatus('agent-1', 'online');
  await publisher.close();
  expect(traces).toEqual([trace]);
});
