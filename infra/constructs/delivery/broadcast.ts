// The event bus, and the function that broadcasts its events; invalid ones go to the dead-letter queue.
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { resourceName } from '../../config/names';
import type { RetryQueue } from './retry-queue';
import { EventSubscription } from '../base/event-subscription';
import { ServiceFunction, type Deployment } from '../base/service-function';
import type { ServiceQueue } from '../base/service-queue';
import type { Store } from '../data/store';

export interface BroadcastProps extends Deployment {
  readonly store: Store;
  readonly retryQueue: RetryQueue;
  /** Gets invalid events, events that did not reach the function, and those at which the function failed. */
  readonly deadLetterQueue: ServiceQueue;
}

export class Broadcast extends Construct {
  readonly eventBus: EventBus;

  constructor(scope: Construct, id: string, props: BroadcastProps) {
    super(scope, id);
    const { configuration, store, retryQueue, deadLetterQueue } = props;
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
      resources: {
        ...retryQueue.fanOutResources,
        deadLetterQueueUrl: deadLetterQueue.queueUrl,
      },
    });
    retryQueue.allowFanOut(broadcast);
    store.allow(broadcast, ['PutItem', 'UpdateItem'], 'state');
    store.allow(broadcast, ['PutItem', 'BatchWriteItem'], 'timeline');
    new EventSubscription(this, 'Subscription', {
      ruleName: `${name}-broadcast`,
      description: 'What backends report',
      eventBus: this.eventBus,
      sources: [
        ...new Set([configuration.eventSource, ...Object.keys(configuration.sources ?? {})]),
      ],
      target: broadcast,
      deadLetterQueue,
    });
  }
}
