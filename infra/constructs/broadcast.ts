// The way of an event: from the bus to the function that broadcasts it, or to where a person looks at it.
import { Duration } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { resourceName } from '../configuration';
import type { Deliveries } from './deliveries';
import { ServiceFunction, type Deployment } from './service-function';
import type { ServiceQueue } from './service-queue';

/** How long an event is tried. After an hour nobody wants to see it as news. */
const maxEventAge = Duration.hours(1);

export interface BroadcastProps extends Deployment {
  readonly deliveries: Deliveries;
  /** Gets events that are no events, that could not be handed over, and at which the function failed. */
  readonly rejectedEvents: ServiceQueue;
}

export class Broadcast extends Construct {
  readonly eventBus: EventBus;

  constructor(scope: Construct, id: string, props: BroadcastProps) {
    super(scope, id);
    const { configuration, deliveries, rejectedEvents: rejected } = props;
    const name = resourceName(configuration);
    this.eventBus = new EventBus(this, 'EventBus', {
      eventBusName: name,
      description: 'Mission Control: what agents do',
    });
    const broadcast = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'broadcast',
      description: 'Sends an event to every connection',
      timeoutSeconds: 60,
      memoryMegabytes: 1769,
      settings: { ...deliveries.fanOutSettings, rejectedEventsQueueUrl: rejected.queueUrl },
    });
    deliveries.allowFanOut(broadcast);
    broadcast.allow(['sqs:SendMessage'], rejected.queueArn);

    new Rule(this, 'Rule', {
      ruleName: `${name}-broadcast`,
      description: 'All events of our source, so that one of an unknown type is rejected visibly',
      eventBus: this.eventBus,
      eventPattern: { source: [configuration.eventSource] },
      targets: [
        new LambdaFunction(broadcast, {
          retryAttempts: 8,
          maxEventAge,
          deadLetterQueue: rejected,
        }),
      ],
    });
    // EventBridge hands over asynchronously: what comes of a function that fails is decided here.
    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
    new CfnEventInvokeConfig(this, 'AsyncInvocation', {
      functionName: broadcast.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: maxEventAge.toSeconds(),
      destinationConfig: { onFailure: { destination: rejected.queueArn } },
    });
  }
}
