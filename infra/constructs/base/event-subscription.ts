// Calls a function with all events of one source. Events that do not reach it go to the dead-letter queue.
import { Duration } from 'aws-cdk-lib';
import { Rule, type EventBus } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ServiceFunction } from './service-function';
import type { ServiceQueue } from './service-queue';

/** For how long EventBridge retries an event; older events have no use. */
const maxEventAge = Duration.hours(1);

export interface EventSubscriptionProps {
  readonly ruleName: string;
  readonly description: string;
  readonly eventBus: EventBus;
  /** It gets every detail type of this source: unknown ones are rejected by the function, which makes them visible. */
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
    // EventBridge invokes asynchronously. These settings say what happens if the function fails.
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
