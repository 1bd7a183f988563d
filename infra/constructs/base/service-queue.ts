// The base class of all queues: encrypted at rest, and accessible with TLS only.
import { Validations, type Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type DeadLetterQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';

export interface ServiceQueueProps {
  readonly queueName: string;
  /** Retention of a message, from when it is sent, including its delay. */
  readonly retentionPeriod: Duration;
  readonly visibilityTimeout?: Duration;
  readonly deadLetterQueue?: DeadLetterQueue;
}

export class ServiceQueue extends Queue {
  constructor(scope: Construct, id: string, props: ServiceQueueProps) {
    super(scope, id, { ...props, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
  }
}

/** Records why an event source mapping of a queue has no failure destination. */
export function acknowledgeQueueSource(mapping: IConstruct): void {
  Validations.of(mapping).acknowledge({
    id: 'Serverless-LambdaEventSourceMappingDestination',
    reason:
      'Failure destinations are for streams and Kafka. Failed messages stay in the SQS queue, whose redrive policy and ' +
      'retention apply. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html',
  });
}
