// Disconnects users on events of operators, which have a separate source, so that they need a separate permission.
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { resourceName } from '../../config/names';
import { EventSubscription } from '../base/event-subscription';
import { ServiceFunction, type Deployment } from '../base/service-function';
import type { ServiceQueue } from '../base/service-queue';
import type { Store } from '../data/store';
import type { MissionControlWebSocketApi } from '../api/websocket-api';

export interface UserDisconnectionProps extends Deployment {
  readonly store: Store;
  readonly webSocketApi: MissionControlWebSocketApi;
  readonly eventBus: EventBus;
  readonly deadLetterQueue: ServiceQueue;
}

export class UserDisconnection extends Construct {
  constructor(scope: Construct, id: string, props: UserDisconnectionProps) {
    super(scope, id);
    const { configuration, store, webSocketApi, eventBus, deadLetterQueue } = props;
    const disconnectUser = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'disconnect-user',
      description: 'Closes all connections of a user, and rejects tokens issued before',
      timeoutSeconds: 30,
      resources: {
        tableName: store.tableName,
        callbackUrl: webSocketApi.callbackUrl,
        deadLetterQueueUrl: deadLetterQueue.queueUrl,
      },
    });
    store.allow(disconnectUser, ['PutItem', 'Query', 'DeleteItem'], 'connections');
    webSocketApi.allowManagement(disconnectUser, 'POST', 'DELETE');
    new EventSubscription(this, 'Subscription', {
      ruleName: `${resourceName(configuration)}-disconnect-user`,
      description: 'Events of operators',
      eventBus,
      sources: [configuration.operatorSource],
      target: disconnectUser,
      deadLetterQueue,
    });
  }
}
