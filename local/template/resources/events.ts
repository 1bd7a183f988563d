// Defines the resource types of EventBridge: event buses, their policies, and rules.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { statement } from './policy-document';
import { only, resourceType, strict, text, wholeNumber, withoutEffect } from '../properties';

/** The retry policy of a target, of a rule or of a schedule. */
export const retryPolicy = strict({
  MaximumEventAgeInSeconds: v.optional(wholeNumber),
  MaximumRetryAttempts: v.optional(wholeNumber),
});

export const deadLetterConfig = strict({ Arn: text });

export const eventBus = resourceType({
  properties: strict({
    Name: text,
    ...withoutEffect('Description', 'KmsKeyIdentifier', 'LogConfig', 'Tags'),
  }),
  identify: ({ Name }) => ({
    ref: Name,
    attributes: { Arn: arnOf('events', `event-bus/${Name}`), Name },
  }),
});

/** One statement of an event bus's policy. */
export const eventBusPolicy = resourceType({
  properties: strict({ EventBusName: text, StatementId: text, Statement: statement }),
  identify: (_, names) => ({ ref: names.generated, attributes: {} }),
});

export const rule = resourceType({
  properties: strict({
    Name: v.optional(text),
    EventBusName: v.optional(text, 'default'),
    EventPattern: v.record(text, v.unknown(), 'must be an object'),
    State: v.optional(only('ENABLED', 'DISABLED'), 'ENABLED'),
    Targets: v.array(
      strict({
        Arn: text,
        Id: text,
        DeadLetterConfig: v.optional(deadLetterConfig),
        RetryPolicy: v.optional(retryPolicy),
      }),
    ),
    ...withoutEffect('Description', 'Tags'),
  }),
  identify: (properties, names) => {
    const name = properties.Name ?? names.generated;
    const path =
      properties.EventBusName === 'default' ? name : `${properties.EventBusName}/${name}`;
    return { ref: path.replace('/', '|'), attributes: { Arn: arnOf('events', `rule/${path}`) } };
  },
});
