// The base class of all log groups: their retention is a setting, and they are deleted with the stack.
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';

export class ServiceLog extends LogGroup {
  constructor(
    scope: Construct,
    id: string,
    logGroupName: string,
    { logRetentionDays }: Pick<Configuration, 'logRetentionDays'>,
  ) {
    super(scope, id, {
      logGroupName,
      ...(isRetention(logRetentionDays) ? { retention: logRetentionDays } : {}),
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** Narrows the type. The schema of the setting accepts only these values. */
function isRetention(days: number): days is RetentionDays {
  return days in RetentionDays;
}
