// What CloudFormation's pseudo parameters mean on one machine.

export const accountId = '000000000000';
export const region = 'us-east-1';
export const partition = 'aws';
export const urlSuffix = 'amazonaws.com';

/** Stands for `AWS::NoValue`: the property that holds it is left out. */
export const noValue = Symbol('AWS::NoValue');

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
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

/** The ARN of something in this account and region. */
export function arnOf(service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The ARN of something of IAM, which knows no regions. */
export function iamArnOf(resource: string): string {
  return `arn:${partition}:iam::${accountId}:${resource}`;
}
