// Determines the host name of an API at API Gateway.
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** The host name of an API, e.g. `a1b2c3d4e5.execute-api.us-east-1.amazonaws.com`. */
export function apiDomainName(scope: Construct, apiId: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `${apiId}.execute-api.${region}.${urlSuffix}`;
}
