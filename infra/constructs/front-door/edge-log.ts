// CloudFront's access log, without the fields in which a token may be.
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
 * The fields of a request. Not among them: `cs-uri-query`, where tokens may be; `cs(Referer)`, which may be an
 * address with one; `cs(Cookie)`; and whatever else only repeats what a client says of itself.
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
    // CloudWatch would add one by itself, for all logs whose names begin like this one's.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    const policy = new ResourcePolicy(this, 'Policy', {
      resourcePolicyName: name,
      policyStatements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('delivery.logs.amazonaws.com')],
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          // The streams of this log: its ARN ends with `:*`.
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
    // It names the source, and refers to nothing of it.
    delivery.addResourceDependency(source);
    delivery.node.addDependency(policy);
  }
}
