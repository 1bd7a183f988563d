// Deployment of a template: functions call AWS with the permissions of their own role only, and close ends everything.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { AnsweredRequest } from '#local/index';
import { eventually } from '#test/support/eventually';
import { fakeTimers } from '#test/support/local/fake-timers';
import {
  arn,
  clientConfig,
  closeTiny,
  deployTiny,
  functionResources,
  permission,
  ref,
  type Resources,
} from '#test/support/local/tiny-stack';

afterEach(closeTiny);

const queue = (QueueName: string, rest: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { QueueName, ...rest },
});
const sdk = JSON.stringify(require.resolve('@aws-sdk/client-sqs'));
const sender = `
  import { createRequire } from 'node:module';
  const { SQSClient, SendMessageCommand } = createRequire(${sdk})(${sdk});
  const sqs = new SQSClient();
  export const handler = async ({ url, ...overrides }) => {
    Object.assign(process.env, overrides);
    const client = Object.keys(overrides).length > 0 ? new SQSClient() : sqs;
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'from the function' }));
  };`;

it('allows a function what its role allows, with its own credentials', async () => {
  const stack = await deployTiny(
    {
      Allowed: queue('allowed'),
      Forbidden: queue('forbidden'),
      ...functionResources('sender', [
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arn('Allowed') },
      ]),
    },
    { sender },
  );
  const url = (name: string) => `${stack.endpointUrl}/000000000000/${name}`;
  const invoke = (event: object) => stack.functions.get('sender')?.invoke(event);
  expect(await invoke({ url: url('allowed') })).toEqual({ ok: true, value: null });
  expect(await invoke({ url: url('forbidden') })).toMatchObject({
    ok: false,
    errorType: 'AccessDenied',
    errorMessage:
      'User: arn:aws:sts::000000000000:assumed-role/sender-role/sender is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:000000000000:forbidden because no identity-based policy allows the sqs:sendmessage action',
  });
  expect(await invoke({ url: url('allowed'), AWS_SESSION_TOKEN: 'stolen' })).toMatchObject({
    errorType: 'UnrecognizedClientException',
  });
  expect(await invoke({ url: url('allowed'), AWS_SECRET_ACCESS_KEY: 'guessed' })).toMatchObject({
    ok: false,
  });
});

it('tells of each answered request who has sent it, and when', async () => {
  const answered: AnsweredRequest[] = [];
  const stack = await deployTiny(
    {
      Jobs: queue('jobs'),
      ...functionResources('sender', [
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arn('Jobs') },
      ]),
    },
    { sender },
    { testing: { onAnswered: (request) => answered.push(request) } },
  );
  const startedAt = performance.now();
  await stack.functions.get('sender')?.invoke({ url: `${stack.endpointUrl}/000000000000/jobs` });
  const [sent, ...others] = answered.filter(({ service }) => service === 'sqs');
  expect(others).toEqual([]);
  expect(sent).toMatchObject({ operation: 'SendMessage', sender: 'sender' });
  expect(sent?.body.toString()).toContain('from the function');
  const { receivedAt = NaN, answeredAt = NaN } = sent ?? {};
  expect(receivedAt).toBeGreaterThanOrEqual(startedAt);
  expect(answeredAt).toBeGreaterThanOrEqual(receivedAt);
  expect(answeredAt).toBeLessThanOrEqual(performance.now());
});

it('invokes a function for messages of its queue and by its schedule, after the stack is started', async () => {
  const stack = await deployTiny(
    {
      Jobs: queue('jobs'),
      ...functionResources('worker', [{ Effect: 'Allow', Action: 'sqs:*', Resource: arn('Jobs') }]),
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: arn('Jobs'), FunctionName: ref('worker') },
      },
      ...scheduleResources([
        { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn('worker') },
      ]),
    },
    {
      worker: `export const handler = async (event) => {
        console.log(event.Records ? event.Records[0].body : event.at);
      };`,
    },
  );
  const sqs = new SQSClient(clientConfig(stack));
  const QueueUrl = `${stack.endpointUrl}/000000000000/jobs`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'from the queue' }));
  sqs.destroy();
  expect(stack.lines).toEqual([]);
  stack.start();
  await eventually(() => {
    expect(stack.lines).toHaveLength(2);
  });
  const texts = stack.lines.map(({ text }) => text);
  expect(texts).toContain('from the queue');
  expect(texts).toContainEqual(expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));
});

function scheduleResources(statements: readonly object[], properties: object = {}): Resources {
  return {
    ScheduleRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: 'scheduler.amazonaws.com' },
            },
          ],
        },
        Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
      },
    },
    Schedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: arn('worker'),
          RoleArn: arn('ScheduleRole'),
          Input: '{"at":"<aws.scheduler.scheduled-time>"}',
        },
        ...properties,
      },
    },
  };
}

it('returns the definitions of the APIs for the gateway', async () => {
  const { webSocketApi, httpApi, functions } = await deployTiny();
  const echo = functions.get('echo');
  const throttle = { requestsPerSecond: 100, burst: 50 };
  expect(webSocketApi).toMatchObject({
    stage: 'live',
    accountId: '000000000000',
    region: 'us-east-1',
    throttle,
    routes: {
      $connect: { authorizer: { identitySources: [] }, respond: false },
      $default: { respond: true },
    },
  });
  expect(Object.keys(webSocketApi.routes).sort()).toEqual(['$connect', '$default']);
  expect(webSocketApi.routes.$default).not.toHaveProperty('authorizer');
  expect(httpApi).toMatchObject({ stage: '$default', throttle });
  expect(httpApi.routes).toEqual([{ method: 'GET', path: '/health', integration: echo }]);
  expect(await echo?.invoke({ a: 1 })).toEqual({ ok: true, value: { a: 1 } });
});

const workerWithoutPermissions = functionResources('worker');
const mapping = (rest: object = {}): Resources => ({
  Jobs: queue('jobs'),
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: arn('Jobs'), FunctionName: ref('worker'), ...rest },
  },
});
const rule = (properties: object): Resources => ({
  ...functionResources('worker'),
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'rule',
      EventPattern: { source: ['a'] },
      Targets: [{ Id: 'a', Arn: arn('worker') }],
      ...properties,
    },
  },
});
// Replaces the named resource by one that has no effect.
const without = (name: string): Resources => ({ [name]: { Type: 'AWS::Logs::LogGroup' } });

it.each<[string, Resources, string]>([
  [
    'a function that API Gateway may not invoke',
    without('SocketsPermission'),
    'must let apigateway.amazonaws.com invoke echo',
  ],
  [
    'a permission for another rule',
    {
      ...rule({}),
      P: permission('worker', 'events.amazonaws.com', 'arn:aws:events:us-east-1:0:rule/other'),
    },
    'must let events.amazonaws.com invoke worker for arn:aws:events:us-east-1:000000000000:rule/rule',
  ],
  [
    'a pattern with an unknown operator',
    {
      ...rule({ EventPattern: { source: [{ wildcard: '*' }] } }),
      P: permission('worker', 'events.amazonaws.com', arn('Rule')),
    },
    'Rule (AWS::Events::Rule): EventPattern source uses wildcard',
  ],
  [
    'a dead-letter queue that EventBridge may not send to',
    {
      ...rule({
        Targets: [{ Id: 'a', Arn: arn('worker'), DeadLetterConfig: { Arn: arn('Dead') } }],
      }),
      Dead: queue('dead'),
      P: permission('worker', 'events.amazonaws.com', arn('Rule')),
    },
    'the policy of its dead-letter queue dead must allow events.amazonaws.com sqs:SendMessage',
  ],
  [
    'a role that may not read its queue',
    { ...workerWithoutPermissions, ...mapping() },
    'Mapping (AWS::Lambda::EventSourceMapping): its role worker-role must allow sqs:ReceiveMessage',
  ],
  [
    'a visibility timeout below the timeout of the function',
    { ...functionResources('worker', [], { Timeout: 31 }), ...mapping() },
    "the queue's VisibilityTimeout of 30 s must not be less than the function's Timeout of 31 s",
  ],
  [
    'a schedule that may not invoke its function',
    { ...workerWithoutPermissions, ...scheduleResources([]) },
    'must allow lambda:InvokeFunction',
  ],
  [
    'a cron expression',
    {
      ...workerWithoutPermissions,
      ...scheduleResources(
        [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn('worker') }],
        { ScheduleExpression: 'cron(0 12 * * ? *)' },
      ),
    },
    'ScheduleExpression cron(0 12 * * ? *) must be a rate',
  ],
  [
    'a role that does not trust Lambda',
    {
      ...scheduleResources([], { State: 'DISABLED' }),
      ...functionResources('worker', [], { Role: arn('ScheduleRole') }),
    },
    'must trust lambda.amazonaws.com',
  ],
  [
    'code that is not in the assembly',
    functionResources('absent'),
    'absent (AWS::Lambda::Function): its code asset.absent/index.mjs must be in',
  ],
  ['no HTTP API', without('Http'), 'there must be one API with the ProtocolType HTTP, not 0'],
])('refuses %s at start', async (_, resources, message) => {
  const code = { worker: 'export const handler = () => {};' };
  await expect(deployTiny(resources, code)).rejects.toThrow(message);
});

it('rejects with the port if it is in use', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  await expect(deployTiny({}, {}, { awsPort: port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: `Port ${port} on 127.0.0.1 is in use: choose another one for the AWS endpoint.`,
  });
  await new Promise((resolve) => other.close(resolve));
});

it('refuses a request without a signature', async () => {
  const { endpointUrl } = await deployTiny();
  const response = await fetch(endpointUrl, { method: 'POST', body: '{}' });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
  });
});

it('ends long polls, running functions and timers on close, without waiting for them', async () => {
  const timers = fakeTimers(Date.now());
  const stack = await deployTiny(
    {
      Jobs: queue('jobs'),
      ...functionResources('worker', [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }]),
      ...mapping({ EventSourceArn: arn('Jobs') }),
      ...scheduleResources([{ Effect: 'Allow', Action: '*', Resource: '*' }]),
    },
    { worker: `export const handler = () => { console.log('running'); for (;;); };` },
    { testing: { timers } },
  );
  stack.start();
  const sqs = new SQSClient(clientConfig(stack));
  const QueueUrl = `${stack.endpointUrl}/000000000000/jobs`;
  const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  const polled = poll.then(
    () => 'answered',
    () => 'hung up',
  );
  await eventually(() => {
    expect(stack.lines).not.toEqual([]);
  });
  await stack.close();
  // The clock of the poll is stopped, so that the poll cannot time out. The function loops, but was ended before its timeout.
  expect(JSON.stringify(stack.lines)).not.toContain('timed out');
  expect(['answered', 'hung up']).toContain(await polled);
  expect(timers.pending).toBe(0);
  sqs.destroy();
  await expect(fetch(stack.endpointUrl)).rejects.toThrow();
});
