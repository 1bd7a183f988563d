// Creates names that must be unique in an account across all regions.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';

/**
 * The name of a CloudWatch dashboard, or of a policy or origin access control of CloudFront, e.g. `mission-control-eu-west-1`. It has
 * at most 64 characters, the limit for origin access controls.
 */
export function globalName(scope: Construct, configuration: Pick<Configuration, 'stage'>): string {
  return `${resourceName(configuration)}-${Stack.of(scope).region}`;
}
