// Defines the resource type of a DynamoDB table.
import * as v from 'valibot';
import { arnOf } from '../pseudo-parameters';
import { flag, only, resourceType, strict, text, withoutEffect } from '../properties';

const key = strict({ AttributeName: text, KeyType: only('HASH', 'RANGE') });
const attribute = strict({ AttributeName: text, AttributeType: only('S', 'N', 'B') });

export const table = resourceType({
  properties: strict({
    TableName: v.optional(text),
    AttributeDefinitions: v.array(attribute),
    KeySchema: v.array(key),
    BillingMode: only('PAY_PER_REQUEST'),
    TimeToLiveSpecification: v.optional(strict({ AttributeName: text, Enabled: flag })),
    ...withoutEffect(
      'ContributorInsightsSpecification',
      'DeletionProtectionEnabled',
      'OnDemandThroughput',
      'PointInTimeRecoverySpecification',
      'SSESpecification',
      'TableClass',
      'Tags',
      'WarmThroughput',
    ),
  }),
  identify: (properties, names) => {
    const name = properties.TableName ?? names.generated;
    return { ref: name, attributes: { Arn: arnOf('dynamodb', `table/${name}`) } };
  },
});
