// A function that gets all events of one source from the bus; what it cannot be given or fails at is kept.
import { Duration } from 'aws-cdk-lib';
import { Rule, type EventBus } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function';
import type { ServiceQueue } from './service-queue';

/** How long an event is tried. After an hour nobody wants to see it as news. */
const maxEventAge = Duration.hours(1);

export interface EventSubscriptionProps {
  readonly ruleName: string;
  readonly description: string;
  readonly eventBus: EventBus;
  /** All types of this source: one that is unknown is rejected visibly. */
  readonly source: string;
  readonly target: ServiceFunction;
  readonly deadLetterQueue: ServiceQueue;
}

export class EventSubscription extends Construct {
  constructor(scope: Construct, id: string, props: EventSubscriptionProps) {
    super(scope, id);
    const { ruleName, description, eventBus, source, target, deadLetterQueue } = props;
    new Rule(this, 'Rule', {
      ruleName,
      description,
      eventBus,
      eventPattern: { source: [source] },
      targets: [new LambdaFunction(target, { retryAttempts: 8, maxEventAge, deadLetterQueue })],
    });
    // EventBridge hands over asynchronously: what comes of a function that fails is decided here.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
    new CfnEventInvokeConfig(this, 'AsyncInvocation', {
      functionName: target.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: maxEventAge.toSeconds(),
      destinationConfig: { onFailure: { destination: deadLetterQueue.queueArn } },
    });
    target.allow(['sqs:SendMessage'], deadLetterQueue.queueArn);
  }
}
