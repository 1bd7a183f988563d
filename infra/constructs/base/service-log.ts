// What all logs have in common: they are kept as long as the stage wants it, and go with the stack.
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

/** The setting's check lets through nothing else. */
function isRetention(days: number): days is RetentionDays {
  return days in RetentionDays;
}
