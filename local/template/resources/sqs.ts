// Defines the resource types of SQS: standard queues and their policies. FIFO queues are not supported.
import * as v from 'valibot';
import { accountId, arnOf } from '../pseudo-parameters';
import { resourceType, strict, text, wholeNumber, withoutEffect } from '../properties';
import { policyDocument } from './policy-document';

const day = 24 * 60 * 60;

/** The defaults are those of SQS, whose limit for a message has been 1 MiB since 2025. */
export const queue = resourceType({
  properties: strict({
    QueueName: v.optional(text),
    DelaySeconds: v.optional(wholeNumber, 0),
    MaximumMessageSize: v.optional(wholeNumber, 1024 * 1024),
    MessageRetentionPeriod: v.optional(wholeNumber, 4 * day),
    ReceiveMessageWaitTimeSeconds: v.optional(wholeNumber, 0),
    VisibilityTimeout: v.optional(wholeNumber, 30),
    RedrivePolicy: v.optional(strict({ deadLetterTargetArn: text, maxReceiveCount: wholeNumber })),
    ...withoutEffect(
      'KmsDataKeyReusePeriodSeconds',
      'KmsMasterKeyId',
      'SqsManagedSseEnabled',
      'Tags',
    ),
  }),
  identify: (properties, names) => {
    const name = properties.QueueName ?? names.generated;
    const url = `${names.endpointUrl}/${accountId}/${name}`;
    return { ref: url, attributes: { Arn: arnOf('sqs', name), QueueName: name, QueueUrl: url } };
  },
});

export const queuePolicy = resourceType({
  properties: strict({ PolicyDocument: policyDocument, Queues: v.array(text) }),
  identify: (_, names) => ({ ref: names.generated, attributes: { Id: names.generated } }),
});
