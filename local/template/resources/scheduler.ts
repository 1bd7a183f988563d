// Defines the resource type of an EventBridge Scheduler schedule.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { only, resourceType, strict, text, withoutEffect } from '../properties';
import { deadLetterConfig, retryPolicy } from './events';

export const schedule = resourceType({
  properties: strict({
    Name: v.optional(text),
    ScheduleExpression: text,
    State: v.optional(only('ENABLED', 'DISABLED'), 'ENABLED'),
    FlexibleTimeWindow: strict({ Mode: only('OFF') }),
    Target: strict({
      Arn: text,
      RoleArn: text,
      Input: v.optional(text, '{}'),
      DeadLetterConfig: v.optional(deadLetterConfig),
      RetryPolicy: v.optional(retryPolicy),
    }),
    // The time zone has no effect on a rate, the only supported type of expression.
    ...withoutEffect('Description', 'KmsKeyArn', 'ScheduleExpressionTimezone'),
  }),
  identify: (properties, names) => {
    const name = properties.Name ?? names.generated;
    return { ref: name, attributes: { Arn: arnOf('scheduler', `schedule/default/${name}`) } };
  },
});
