// Defines the values of CloudFormation's pseudo parameters in the local stack, and the ARNs made of them.

export const accountId = '000000000000';
export const region = 'us-east-1';
export const partition = 'aws';
export const urlSuffix = 'amazonaws.com';

/** The value of `AWS::NoValue`: a property with this value is omitted. */
export const noValue = Symbol('AWS::NoValue');

/**
 * The value of a pseudo parameter, e.g. `AWS::Region`.
 * @returns undefined if there is no pseudo parameter of this name
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameter(name: string, stackName: string): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return accountId;
    case 'AWS::Region':
      return region;
    case 'AWS::Partition':
      return partition;
    case 'AWS::URLSuffix':
      return urlSuffix;
    case 'AWS::StackName':
      return stackName;
    case 'AWS::NoValue':
      return noValue;
    default:
      return undefined;
  }
}

/** The ARN of a resource in this account and region. */
export function arnOf(service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The ARN of an IAM resource. IAM is global, so its ARNs have no region. */
export function iamArnOf(resource: string): string {
  return `arn:${partition}:iam::${accountId}:${resource}`;
}
