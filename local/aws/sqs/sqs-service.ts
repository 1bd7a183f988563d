// Implements Amazon SQS: the operations of its JSON protocol on the queues of the template.
import { readJson, writeJson, writeJsonError, type JsonObject } from '../endpoint/json-protocol';
import type { Authorize } from '../endpoint/policy';
import type { Principal } from '../endpoint/principal';
import { AwsError, targetOperation, unknownOperation, type AwsService } from '../endpoint/service';
import * as errors from './errors';
import { entriesOf, messageOf, namesOf, numberOf, textOf } from './input';
import { md5OfAttributes, md5OfBody } from './message';
import { chosen, written } from './output';
import type { Queue } from './queue';

type Operation = (queue: Queue, input: JsonObject, principal: Principal) => unknown;

const twelveHours = 12 * 60 * 60;

const sendMessage: Operation = (queue, input, { senderId }) => {
  const message = messageOf(input, queue, senderId);
  return {
    MessageId: queue.send(message),
    MD5OfMessageBody: md5OfBody(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.messageAttributes),
  };
};

const sendMessageBatch: Operation = (queue, input, principal) => {
  const entries = entriesOf(input);
  let size = 0;
  for (const entry of entries) size += Buffer.byteLength(textOf(entry, 'MessageBody'));
  const limit = queue.settings.maximumMessageBytes;
  if (size > limit) {
    const message = `Batch requests cannot be longer than ${limit} bytes. You have sent ${size} bytes.`;
    throw errors.badBatch('BatchRequestTooLong', message);
  }
  return eachEntry(entries, (entry) => sendMessage(queue, entry, principal) as object);
};

const receiveMessage: Operation = async (queue, input) => {
  const messages = await queue.receive({
    maximum: numberOf(input, 'MaxNumberOfMessages', 1, 10) ?? 1,
    visibilityTimeoutSeconds: numberOf(input, 'VisibilityTimeout', 0, twelveHours),
    waitSeconds: numberOf(input, 'WaitTimeSeconds', 0, 20),
  });
  if (messages.length === 0) return {};
  const system = [
    ...namesOf(input, 'AttributeNames'),
    ...namesOf(input, 'MessageSystemAttributeNames'),
  ];
  const names = namesOf(input, 'MessageAttributeNames');
  return { Messages: messages.map((message) => written(message, system, names)) };
};

const deleteMessage: Operation = (queue, input) => {
  const handle = textOf(input, 'ReceiptHandle');
  if (!queue.delete(handle)) throw errors.receiptHandleIsInvalid(handle);
  return {};
};

const deleteMessageBatch: Operation = (queue, input, principal) =>
  eachEntry(entriesOf(input), (entry) => deleteMessage(queue, entry, principal) as object);

const changeMessageVisibility: Operation = (queue, input) => {
  const handle = textOf(input, 'ReceiptHandle');
  const seconds = numberOf(input, 'VisibilityTimeout', 0, twelveHours);
  if (seconds === undefined) throw errors.missingParameter('VisibilityTimeout');
  const changed = queue.changeVisibility(handle, seconds);
  if (changed === undefined) throw errors.receiptHandleIsInvalid(handle);
  if (!changed) throw errors.messageNotInflight();
  return {};
};

const getQueueAttributes: Operation = (queue, input) => {
  const { settings } = queue;
  const { visible, inFlight, delayed } = queue.count();
  const all: Record<string, string> = {
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    DelaySeconds: String(settings.delaySeconds),
    MaximumMessageSize: String(settings.maximumMessageBytes),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    QueueArn: settings.arn,
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWaitSeconds),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    ...(settings.redrive === undefined ? {} : { RedrivePolicy: JSON.stringify(settings.redrive) }),
  };
  return { Attributes: chosen(all, namesOf(input, 'AttributeNames')) };
};

const purgeQueue: Operation = (queue) => {
  queue.purge();
  return {};
};

/** The operations on a queue, each with the IAM action that it requires. A batch requires that of the single call. */
const operations: Readonly<Record<string, { readonly run: Operation; readonly action: string }>> = {
  SendMessage: { run: sendMessage, action: 'sqs:SendMessage' },
  SendMessageBatch: { run: sendMessageBatch, action: 'sqs:SendMessage' },
  ReceiveMessage: { run: receiveMessage, action: 'sqs:ReceiveMessage' },
  DeleteMessage: { run: deleteMessage, action: 'sqs:DeleteMessage' },
  DeleteMessageBatch: { run: deleteMessageBatch, action: 'sqs:DeleteMessage' },
  ChangeMessageVisibility: {
    run: changeMessageVisibility,
    action: 'sqs:ChangeMessageVisibility',
  },
  GetQueueAttributes: { run: getQueueAttributes, action: 'sqs:GetQueueAttributes' },
  PurgeQueue: { run: purgeQueue, action: 'sqs:PurgeQueue' },
};
const supported = [...Object.keys(operations), 'GetQueueUrl', 'ListQueues'];

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html */
export function createSqsService(queues: readonly Queue[], authorize: Authorize): AwsService {
  const byName = new Map(queues.map((queue) => [queue.settings.name, queue]));

  const queueNamed = (name: string): Queue => {
    const queue = byName.get(name);
    if (queue === undefined) throw errors.queueDoesNotExist();
    return queue;
  };

  const perform = (name: string, input: JsonObject, principal: Principal): unknown => {
    if (name === 'ListQueues') {
      authorize(principal, 'sqs:ListQueues', '*');
      const given = input['QueueNamePrefix'];
      const prefix = typeof given === 'string' ? given : '';
      const found = queues.filter(({ settings }) => settings.name.startsWith(prefix));
      return { QueueUrls: found.map(({ settings }) => settings.url) };
    }
    if (name === 'GetQueueUrl') {
      const { settings } = queueNamed(textOf(input, 'QueueName'));
      authorize(principal, 'sqs:GetQueueUrl', settings.arn, { resourcePolicy: settings.policy });
      return { QueueUrl: settings.url };
    }
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined) throw unknownOperation(name, supported);
    // Only the last part of the URL is compared, because clients may use another host name for this machine.
    const queue = queueNamed(textOf(input, 'QueueUrl').split('/').at(-1) ?? '');
    authorize(principal, operation.action, queue.settings.arn, {
      resourcePolicy: queue.settings.policy,
    });
    return operation.run(queue, input, principal);
  };

  return {
    name: 'sqs',
    authenticationErrorStatus: 403,
    operationOf: ({ headers }) => targetOperation(headers),
    async handle(request) {
      if (request.headers['x-amz-target'] === undefined) {
        throw new AwsError(
          'UnknownOperationException',
          'The local stack supports the JSON protocol of SQS, which SDKs have used since 2023, but not the query protocol.',
        );
      }
      const operation = targetOperation(request.headers);
      return writeJson('1.0', await perform(operation, readJson(request), request.principal));
    },
    writeError: (error) => writeJsonError('1.0', 'com.amazonaws.sqs', error),
  };
}

function eachEntry(
  entries: readonly (JsonObject & { readonly Id: string })[],
  run: (entry: JsonObject) => object,
) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const Code = error.queryCode ?? error.code;
      Failed.push({ Id: entry.Id, Code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}
