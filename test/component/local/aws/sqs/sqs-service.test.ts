// The AWS SDK's SQS client against the local stack, including checksums and errors.
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import {
  clientConfig,
  closeTiny,
  deployTiny,
  type TinyStack,
} from '#test/support/local/tiny-stack';

let stack: TinyStack;
let sqs: SQSClient;
let QueueUrl: string;

beforeAll(async () => {
  stack = await deployTiny(
    { Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } } },
    {},
    { outputs: { Url: { Value: { Ref: 'Jobs' } } } },
  );
  QueueUrl = stack.outputs['Url'] ?? '';
  sqs = new SQSClient(clientConfig(stack));
});
afterAll(async () => {
  sqs.destroy();
  await closeTiny();
});
afterEach(async () => {
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
});

const receive = async (options: object = {}) => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...options }),
  );
  return Messages;
};

it('finds queues by name', async () => {
  expect(await sqs.send(new GetQueueUrlCommand({ QueueName: 'jobs' }))).toMatchObject({ QueueUrl });
  expect(await sqs.send(new ListQueuesCommand({}))).toMatchObject({ QueueUrls: [QueueUrl] });
  await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'other' }))).rejects.toMatchObject({
    name: 'QueueDoesNotExist',
    message: 'The specified queue does not exist.',
  });
});

// The client verifies the checksums of everything that it sends and receives.
it('keeps the attributes of a message', async () => {
  const MessageAttributes = {
    reason: { DataType: 'String', StringValue: 'wäre' },
    count: { DataType: 'Number', StringValue: '3' },
    blob: { DataType: 'Binary.gzip', BinaryValue: new Uint8Array([0, 255]) },
  };
  const sent = await sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: 'hällo', MessageAttributes }),
  );
  const [message] = await receive({
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
  });
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'hällo',
    MessageAttributes,
    Attributes: { ApproximateReceiveCount: '1' },
    // Computed with another implementation of the documented algorithm.
    MD5OfMessageAttributes: '5850c0c91f7fcecb8945ba00cbe105a8',
  });
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
});

it('returns attributes only on request', async () => {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: 'x',
      MessageAttributes: {
        'a.b': { DataType: 'String', StringValue: '1' },
        c: { DataType: 'String', StringValue: '2' },
      },
    }),
  );
  const [first] = await receive({ VisibilityTimeout: 0 });
  expect(first).not.toHaveProperty('MessageAttributes');
  expect(first).not.toHaveProperty('Attributes');
  const [second] = await receive({ MessageAttributeNames: ['a.*'] });
  expect(Object.keys(second?.MessageAttributes ?? {})).toEqual(['a.b']);
});

it('answers each entry of a batch by its id', async () => {
  const { Successful, Failed } = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'good', MessageBody: 'a' },
        { Id: 'bad', MessageBody: 'b', DelaySeconds: 901 },
      ],
    }),
  );
  expect(Successful).toMatchObject([{ Id: 'good' }]);
  expect(Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidParameterValue', SenderFault: true }]);
  const [message] = await receive();
  const ReceiptHandle = message?.ReceiptHandle;
  const deleted = await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: '1', ReceiptHandle },
        { Id: '2', ReceiptHandle: 'nonsense' },
      ],
    }),
  );
  expect(deleted).toMatchObject({
    Successful: [{ Id: '1' }],
    Failed: [{ Id: '2', Code: 'ReceiptHandleIsInvalid' }],
  });
});

it('ends a long poll with the first message', async () => {
  const waiting = receive({ WaitTimeSeconds: 20 });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  expect((await waiting).map(({ Body }) => Body)).toEqual(['x']);
});

it('returns the message counts and the settings of a queue', async () => {
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds: 60 }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesDelayed: '1',
    MaximumMessageSize: '1048576',
    QueueArn: 'arn:aws:sqs:us-east-1:000000000000:jobs',
  });
});

const batch = (count: number, body = 'x') =>
  new SendMessageBatchCommand({
    QueueUrl,
    Entries: Array.from({ length: count }, (_, index) => ({
      Id: String(index),
      MessageBody: body,
    })),
  });

it.each([
  [
    'a queue that does not exist',
    () => new SendMessageCommand({ QueueUrl: 'http://127.0.0.1/0/other', MessageBody: 'x' }),
    'QueueDoesNotExist',
  ],
  ['no body', () => new SendMessageCommand({ QueueUrl, MessageBody: '' }), 'MissingParameter'],
  [
    'a body over 1 MiB',
    () => new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1024 * 1024 + 1) }),
    'InvalidParameterValue',
  ],
  ['a batch over 1 MiB', () => batch(2, 'x'.repeat(600 * 1024)), 'BatchRequestTooLong'],
  ['eleven entries', () => batch(11), 'TooManyEntriesInBatchRequest'],
  ['no entry', () => batch(0), 'EmptyBatchRequest'],
  [
    'an invalid receipt handle',
    () => new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'x' }),
    'ReceiptHandleIsInvalid',
  ],
  [
    '11 messages',
    () => new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 }),
    'InvalidParameterValue',
  ],
  [
    'an operation that the local stack does not support',
    () => new SetQueueAttributesCommand({ QueueUrl, Attributes: {} }),
    'UnknownOperationException',
  ],
  [
    'a new visibility timeout for a message that is not in flight',
    () =>
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: Buffer.from('00000000-0000-0000-0000-000000000000 x').toString('base64'),
        VisibilityTimeout: 1,
      }),
    'MessageNotInflight',
  ],
])('answers %s with the error that SQS documents', async (_, command, code) => {
  // This client does not use the queue's URL as its endpoint, because that URL may be wrong.
  const client = new SQSClient({
    ...clientConfig(stack),
    useQueueUrlAsEndpoint: false,
    md5: false,
  });
  const error: unknown = await client
    .send(command() as SendMessageCommand)
    .catch((e: unknown) => e);
  client.destroy();
  const { name, Code } = error as { name: string; Code?: string };
  expect([name, Code?.split('.').at(-1)]).toContain(code);
});
