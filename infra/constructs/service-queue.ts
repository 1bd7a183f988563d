// What all queues have in common: encrypted at rest, and TLS alone on the way.
import type { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type DeadLetterQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface ServiceQueueProps {
  readonly queueName: string;
  /** Counts from the sending of a message, its delay included. */
  readonly retentionPeriod: Duration;
  readonly visibilityTimeout?: Duration;
  readonly deadLetterQueue?: DeadLetterQueue;
}

export class ServiceQueue extends Queue {
  constructor(scope: Construct, id: string, props: ServiceQueueProps) {
    super(scope, id, { ...props, encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
  }
}
