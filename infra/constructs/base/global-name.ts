// Names that must be unique in an account across its regions.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';

/**
 * The name of a CloudWatch dashboard, or of a policy or an access control of CloudFront, e.g. `mission-control-eu-west-1`.
 * At most 64 characters, which is what an origin access control may have.
 */
export function globalName(scope: Construct, configuration: Pick<Configuration, 'stage'>): string {
  return `${resourceName(configuration)}-${Stack.of(scope).region}`;
}
