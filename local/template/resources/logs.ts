// Log groups: the local stack writes every log line to one place, so only their names matter.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { resourceType, strict, text, withoutEffect } from '../properties';

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
