// The access log of CloudFront, without the fields that can contain a token.
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnDelivery,
  CfnDeliveryDestination,
  CfnDeliverySource,
  ResourcePolicy,
} from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { ServiceLog } from '../base/service-log';

/**
 * The fields of a request. `cs-uri-query`, `cs(Referer)` and `cs(Cookie)`, which can contain tokens, are left out, as are other fields
 * that only repeat what a client sends.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export const edgeLogFields = [
  'timestamp(ms)',
  'DistributionId',
  'x-edge-request-id',
  'x-edge-location',
  'c-ip',
  'cs-method',
  'x-host-header',
  'cs-uri-stem',
  'cs-protocol',
  'cs-protocol-version',
  'ssl-protocol',
  'ssl-cipher',
  'sc-status',
  'sc-content-type',
  'sc-bytes',
  'cs-bytes',
  'time-taken',
  'time-to-first-byte',
  'x-edge-result-type',
  'x-edge-response-result-type',
  'x-edge-detailed-result-type',
] as const;

export class EdgeLog extends Construct {
  constructor(
    scope: Construct,
    id: string,
    distributionArn: string,
    configuration: Pick<Configuration, 'stage' | 'logRetentionDays'>,
  ) {
    super(scope, id);
    const name = `${resourceName(configuration)}-front-door`;
    const log = new ServiceLog(this, 'Log', `/aws/vendedlogs/cloudfront/${name}`, configuration);
    // Without this policy, CloudWatch would add one itself, for all log groups with the same prefix.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    const policy = new ResourcePolicy(this, 'Policy', {
      resourcePolicyName: name,
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          // The ARN ends with `:*`, so it includes the log streams.
          resources: [log.logGroupArn],
          conditions: {
            StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
            ArnEquals: {
              'aws:SourceArn': Stack.of(this).formatArn({
                service: 'logs',
                resource: 'delivery-source',
                resourceName: name,
                arnFormat: ArnFormat.COLON_RESOURCE_NAME,
              }),
            },
          },
        }),
      ],
    });
    const source = new CfnDeliverySource(this, 'Source', {
      name,
      logType: 'ACCESS_LOGS',
      resourceArn: distributionArn,
    });
    const destination = new CfnDeliveryDestination(this, 'Destination', {
      name,
      destinationResourceArn: log.logGroupArn,
      outputFormat: 'json',
    });
    const delivery = new CfnDelivery(this, 'Delivery', {
      deliverySourceName: source.name,
      deliveryDestinationArn: destination.attrArn,
      recordFields: [...edgeLogFields],
    });
    // CloudFormation does not derive this dependency, because the delivery refers to its source by name.
    delivery.addResourceDependency(source);
    delivery.node.addDependency(policy);
  }
}
