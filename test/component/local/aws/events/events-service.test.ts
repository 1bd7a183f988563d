// Events that the AWS SDK's EventBridge client puts on a bus, and their delivery to functions by rules.
import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { eventually } from '#test/support/eventually';
import {
  arn,
  clientConfig,
  closeTiny,
  deployTiny,
  functionResources,
  permission,
  ref,
  type TinyStack,
} from '#test/support/local/tiny-stack';

let stack: TinyStack;
let events: EventBridgeClient;
let sqs: SQSClient;

const queue = (name: string) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName: name } });

beforeAll(async () => {
  stack = await deployTiny(
    {
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
      BusPolicy: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: {
          EventBusName: ref('Bus'),
          StatementId: 'OnlyOperators',
          Statement: {
            Sid: 'OnlyOperators',
            Effect: 'Deny',
            Principal: '*',
            Action: 'events:PutEvents',
            Resource: arn('Bus'),
            Condition: {
              'ForAnyValue:StringEquals': { 'events:source': 'operator' },
              ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::000000000000:role/on-call' },
            },
          },
        },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventBusName: ref('Bus'),
          EventPattern: { source: ['mine'], detail: { wanted: [true] } },
          Targets: [{ Id: 'a', Arn: arn('listener'), DeadLetterConfig: { Arn: arn('TooLarge') } }],
        },
      },
      ...functionResources('listener', [
        { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arn('GivenUp') },
      ]),
      Invoke: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: {
          FunctionName: ref('listener'),
          Qualifier: '$LATEST',
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: arn('GivenUp') } },
        },
      },
      ListenerPermission: permission('listener', 'events.amazonaws.com', arn('Rule')),
      GivenUp: queue('given-up'),
      TooLarge: queue('too-large'),
      TooLargePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [ref('TooLarge')],
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: 'sqs:SendMessage',
                Resource: arn('TooLarge'),
                Principal: { Service: 'events.amazonaws.com' },
                Condition: { ArnEquals: { 'aws:SourceArn': arn('Rule') } },
              },
            ],
          },
        },
      },
    },
    {
      listener: `export const handler = async (event) => {
        if (event.detail.fail) throw new Error('told to');
        console.log(JSON.stringify(event));
      };`,
    },
  );
  events = new EventBridgeClient(clientConfig(stack));
  sqs = new SQSClient(clientConfig(stack));
});
afterAll(async () => {
  events.destroy();
  sqs.destroy();
  await closeTiny();
});

const entry = (detail: unknown, rest: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  EventBusName: 'bus',
  Source: 'mine',
  DetailType: 'kind',
  Detail: typeof detail === 'string' ? detail : JSON.stringify(detail),
  ...rest,
});
const put = (...Entries: PutEventsRequestEntry[]) => events.send(new PutEventsCommand({ Entries }));
const heard = () =>
  stack.lines
    .filter(({ source, stream }) => source === 'listener' && stream === 'stdout')
    .map(({ text }) => JSON.parse(text) as { id: string; detail: { n: number } });
/** The event with this number, as soon as the function has got it. */
const heardEvent = async (number: number) => {
  const find = () => heard().find(({ detail }) => detail.n === number);
  await eventually(() => {
    expect(find()).toBeDefined();
  });
  return find();
};
const received = async (name: string) => {
  const QueueUrl = `${stack.endpointUrl}/000000000000/${name}`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds: 20,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages[0];
};

it('invokes the function with an event in the format of EventBridge', async () => {
  const { Entries, FailedEntryCount } = await put(
    entry({ wanted: true, n: 1 }, { Time: new Date('2026-02-05T21:50:00.700Z'), Resources: ['r'] }),
  );
  expect(FailedEntryCount).toBe(0);
  await expect(heardEvent(1)).resolves.toEqual({
    version: '0',
    id: Entries?.[0]?.EventId,
    'detail-type': 'kind',
    source: 'mine',
    account: '000000000000',
    time: '2026-02-05T21:50:00Z',
    region: 'us-east-1',
    resources: ['r'],
    detail: { wanted: true, n: 1 },
  });
});

it('does not deliver events that the pattern of the rule does not match, or that are put on another bus', async () => {
  await put(
    entry({ wanted: false, n: 2 }),
    entry({ wanted: true, n: 3 }, { Source: 'other' }),
    entry({ wanted: true, n: 4 }, { EventBusName: 'default' }),
    entry({ wanted: true, n: 5 }, { EventBusName: arnOfBus }),
  );
  await heardEvent(5);
  expect(heard().filter(({ detail }) => [2, 3, 4].includes(detail.n))).toEqual([]);
});
const arnOfBus = 'arn:aws:events:us-east-1:000000000000:event-bus/bus';

it.each([
  [
    { Source: undefined },
    'InvalidArgument',
    'Parameter Source is not valid. Reason: Source is a required argument.',
  ],
  [
    { DetailType: undefined },
    'InvalidArgument',
    'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
  ],
  [
    { Detail: undefined },
    'InvalidArgument',
    'Parameter Detail is not valid. Reason: Detail is a required argument.',
  ],
  [{ Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Detail: '[1]' }, 'MalformedDetail', 'Detail is malformed.'],
  [{ Source: 'aws.ec2' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
])('refuses only the entry with %j', async (change, ErrorCode, ErrorMessage) => {
  const faulty = { ...entry({}), ...change };
  const { FailedEntryCount, Entries } = await put(entry({}), faulty);
  expect(FailedEntryCount).toBe(1);
  expect(Entries?.[0]).toEqual({ EventId: expect.any(String) as string });
  expect(Entries?.[1]).toEqual({ ErrorCode, ErrorMessage });
});

it('refuses all entries of a request that the policy of the bus denies, also those of the developer', async () => {
  await expect(
    put(entry({ wanted: true, n: 6 }), entry({}, { Source: 'operator' })),
  ).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: `User: arn:aws:iam::000000000000:user/local is not authorized to perform: events:PutEvents on resource: ${arnOfBus} with an explicit deny in a resource-based policy`,
  });
  // The policy applies only to this bus and this source.
  await put(
    entry({}, { Source: 'operator', EventBusName: 'default' }),
    entry({ wanted: true, n: 7 }),
  );
  await heardEvent(7);
  expect(heard().filter(({ detail }) => detail.n === 6)).toEqual([]);
});

it('drops an event for a bus that does not exist, as AWS does, but logs it', async () => {
  const { FailedEntryCount } = await put(entry({}, { EventBusName: 'nowhere' }));
  expect(FailedEntryCount).toBe(0);
  expect(stack.lines.map(({ text }) => text)).toContainEqual(
    expect.stringContaining('there is no event bus nowhere'),
  );
});

it('enforces the limits of AWS, and refuses other operations', async () => {
  const eleven = Array.from({ length: 11 }, () => entry({}));
  await expect(put(...eleven)).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(put(entry({ x: 'x'.repeat(1024 * 1024) }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'Total size of the entries in the request is over the limit.',
  });
  await expect(events.send(new ListRulesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'ListRules is not supported by the local stack, which supports PutEvents.',
  });
});

it('sends an event to the failure destination of the function if the function fails', async () => {
  await put(entry({ wanted: true, fail: true }));
  const message = await received('given-up');
  expect(JSON.parse(message?.Body ?? '')).toMatchObject({
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:listener:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 1,
    },
    requestPayload: { detail: { wanted: true, fail: true } },
    responsePayload: { errorType: 'Error', errorMessage: 'told to' },
  });
});

it('sends an event that is too large for Lambda to the dead-letter queue of the target', async () => {
  const room = 1024 * 1024 - Buffer.byteLength('minekind{"wanted":true,"x":""}');
  await put(entry({ wanted: true, x: 'x'.repeat(room) }));
  const message = await received('too-large');
  expect(message?.MessageAttributes).toMatchObject({
    ERROR_CODE: { StringValue: 'PAYLOAD_TOO_LARGE' },
    TARGET_ARN: { StringValue: 'arn:aws:lambda:us-east-1:000000000000:function:listener' },
  });
});
