// The dead-letter queue: invalid events and orders, and jobs that failed too often.
import { Duration, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';
import { ServiceQueue } from '../base/service-queue';

export function createDeadLetterQueue(
  scope: Construct,
  configuration: Configuration,
): ServiceQueue {
  const queue = new ServiceQueue(scope, 'RejectedEvents', {
    queueName: `${resourceName(configuration)}-rejected-events`,
    retentionPeriod: Duration.days(14),
  });
  Validations.of(queue).acknowledge({
    id: 'Serverless-SQSRedrivePolicy',
    reason:
      'This is the dead-letter queue of the others: people take messages out of it, functions do not.',
  });
  return queue;
}
