// Log groups, of which only the names matter: the local stack writes every line to one place. And what is counted in them.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { resourceType, strict, text, withoutEffect } from '../properties';

const selector = /^\$(\.\w+)+$/;

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

/** As much of filter patterns as the local stack understands: one member of a JSON line has one text. */
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
