// Invokes a function with all events of some sources. Failed events go to the dead-letter queue.
import { Duration } from 'aws-cdk-lib';
import { Rule, type EventBus } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function';
import type { ServiceQueue } from './service-queue';

/** Maximum time that EventBridge and Lambda retry an event. Older events are useless. */
const maxEventAge = Duration.hours(1);

export interface EventSubscriptionProps {
  readonly ruleName: string;
  readonly description: string;
  readonly eventBus: EventBus;
  /** The sources of the events. The rule matches all detail types, so that the function can reject unknown ones. */
  readonly sources: readonly string[];
  readonly target: ServiceFunction;
  readonly deadLetterQueue: ServiceQueue;
}

export class EventSubscription extends Construct {
  constructor(scope: Construct, id: string, props: EventSubscriptionProps) {
    super(scope, id);
    const { ruleName, description, eventBus, sources, target, deadLetterQueue } = props;
    new Rule(this, 'Rule', {
      ruleName,
      description,
      eventBus,
      eventPattern: { source: [...sources] },
      targets: [
        new LambdaFunction(target.invoked, { retryAttempts: 8, maxEventAge, deadLetterQueue }),
      ],
    });
    // EventBridge invokes the function asynchronously. These settings apply if the function fails.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
    new CfnEventInvokeConfig(this, 'AsyncInvocation', {
      functionName: target.functionName,
      qualifier: target.qualifier,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: maxEventAge.toSeconds(),
      destinationConfig: { onFailure: { destination: deadLetterQueue.queueArn } },
    });
    target.allow(['sqs:SendMessage'], deadLetterQueue.queueArn);
  }
}
