// Checks the requirements of a front door before anything is created: region, web ACL, and the dashboard's files.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConfigurationError } from '../../config/configuration-error';
import type { FrontDoorSettings } from '../../config/front-door-settings';

/** The region of web ACLs and logs for CloudFront. */
export const edgeRegion = 'us-east-1';

/**
 * Checks that the front door can be created in this stack.
 * @throws {@link ConfigurationError} that describes what is missing, and how to provide it
 */
export function requirePlaceForFrontDoor(
  scope: Construct,
  { webAclArn }: FrontDoorSettings,
  dashboardDirectory: string,
): void {
  const { region } = Stack.of(scope);
  if (Token.isUnresolved(region)) {
    throw refused(
      'needs a stack that knows its region: set AWS_REGION, or env.region of your stack',
    );
  }
  if (region !== edgeRegion && webAclArn === undefined) {
    throw refused(
      `needs a web ACL, which CloudFormation makes for CloudFront in ${edgeRegion} alone, and this stack is in ` +
        `${region}: deploy it to ${edgeRegion}, or make a web ACL there and set webAclArn (docs/front-door.md)`,
    );
  }
  if (!existsSync(path.join(dashboardDirectory, 'index.html'))) {
    const where = path.relative(process.cwd(), dashboardDirectory);
    throw refused(
      `serves the dashboard out of ${where}, where there is no index.html: run npm run build:dashboard`,
    );
  }
}

function refused(problem: string): ConfigurationError {
  return new ConfigurationError([{ path: 'frontDoor', problem }]);
}
