// Defines the resource types of CloudWatch Logs: log groups and metric filters.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { resourceType, strict, text, withoutEffect } from '../properties';

const selector = /^\$(\.\w+)+$/;

/** Only the name has an effect: the local stack writes the lines of all groups to one log. */
export const logGroup = resourceType({
  properties: strict({
    LogGroupName: v.optional(text),
    ...withoutEffect(
      'DataProtectionPolicy',
      'DeletionProtectionEnabled',
      'FieldIndexPolicies',
      'KmsKeyId',
      'LogGroupClass',
      'RetentionInDays',
      'Tags',
    ),
  }),
  identify: (properties, names) => {
    const name = properties.LogGroupName ?? names.generated;
    return { ref: name, attributes: { Arn: `${arnOf('logs', `log-group:${name}`)}:*` } };
  },
});

/** The only supported filter pattern compares one property of a JSON line with a string. */
const pattern = v.pipe(
  text,
  v.regex(/^\{ \$(\.\w+)+ = "[^"*]+" \}$/, 'must look like { $.message.service = "authorizer" }'),
);

const dimension = strict({
  Key: text,
  Value: v.pipe(text, v.regex(selector, 'must look like $.message.code')),
});

export const metricFilter = resourceType({
  properties: strict({
    FilterPattern: pattern,
    LogGroupName: text,
    MetricTransformations: v.array(
      strict({
        MetricNamespace: text,
        MetricName: text,
        MetricValue: v.literal('1', 'must be 1: the local stack counts lines'),
        Dimensions: v.optional(v.array(dimension), []),
        ...withoutEffect('Unit'),
      }),
    ),
  }),
  identify: (_, names) => ({ ref: names.generated, attributes: {} }),
});
