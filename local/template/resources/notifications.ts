// Defines the resource types of SNS and its KMS key. They have no effect: the local stack logs alarms and sends no e-mail.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { only, resourceType, strict, text, withoutEffect } from '../properties';

export const topic = resourceType({
  properties: strict({
    TopicName: v.optional(text),
    ...withoutEffect('DisplayName', 'KmsMasterKeyId', 'Tags'),
  }),
  identify: (properties, names) => {
    const name = properties.TopicName ?? names.generated;
    const arn = arnOf('sns', name);
    return { ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
});

export const topicPolicy = resourceType({
  properties: strict({ Topics: v.array(text), ...withoutEffect('PolicyDocument') }),
  identify: (_, names) => ({ ref: names.generated, attributes: { Id: names.generated } }),
});

export const subscription = resourceType({
  properties: strict({ Protocol: only('email'), Endpoint: text, TopicArn: text }),
  identify: (_, names) => ({ ref: arnOf('sns', names.generated), attributes: {} }),
});

export const key = resourceType({
  properties: strict({
    ...withoutEffect(
      'Description',
      'EnableKeyRotation',
      'KeyPolicy',
      'PendingWindowInDays',
      'RotationPeriodInDays',
      'Tags',
    ),
  }),
  identify: (_, names) => ({
    ref: names.generated,
    attributes: { Arn: arnOf('kms', `key/${names.generated}`), KeyId: names.generated },
  }),
});
