// The deployment as a whole: which parts there are and what they know of each other.
import {
  CfnOutput,
  DefaultStackSynthesizer,
  Duration,
  Stack,
  type IStackSynthesizer,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { resourceName } from './configuration';
import { Broadcast } from './constructs/broadcast';
import { Deliveries } from './constructs/deliveries';
import { Health } from './constructs/health';
import { Heartbeat } from './constructs/heartbeat';
import { MockAgents } from './constructs/mock-agents';
import type { Deployment } from './constructs/service-function';
import { ServiceQueue } from './constructs/service-queue';
import { Store } from './constructs/store';
import { UserDisconnection } from './constructs/user-disconnection';
import { MissionControlWebSocketApi } from './constructs/websocket-api';

export class MissionControlStack extends Stack {
  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id, {
      description: 'Mission Control Realtime: agent events to every dashboard',
      // The command line checks the bootstrap version by itself: no parameter and rule for it here.
      // The cast is for exactOptionalPropertyTypes, which CDK's declarations are not written for.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    });
    const store = new Store(this, 'Store');
    const webSocketApi = new MissionControlWebSocketApi(this, 'WebSocket', {
      ...deployment,
      store,
    });
    const rejectedEvents = new ServiceQueue(this, 'RejectedEvents', {
      queueName: `${resourceName(deployment.configuration)}-rejected-events`,
      retentionPeriod: Duration.days(14),
    });
    const deliveries = new Deliveries(this, 'Deliveries', {
      ...deployment,
      store,
      webSocketApi,
      deadLetterQueue: rejectedEvents,
    });
    const broadcast = new Broadcast(this, 'Broadcast', {
      ...deployment,
      store,
      deliveries,
      rejectedEvents,
    });
    new UserDisconnection(this, 'UserDisconnection', {
      ...deployment,
      store,
      webSocketApi,
      eventBus: broadcast.eventBus,
      rejectedEvents,
    });
    new Heartbeat(this, 'Heartbeat', { ...deployment, store, webSocketApi, deliveries });
    const health = new Health(this, 'Health', { ...deployment, store });
    if (deployment.configuration.useMockData) {
      new MockAgents(this, 'MockAgents', { ...deployment, eventBus: broadcast.eventBus });
    }
    this.output('WebSocketUrl', webSocketApi.url, 'Where clients connect to');
    this.output('HealthUrl', health.url, 'Where the state of the service is told');
    this.output('EventBusName', broadcast.eventBus.eventBusName, 'Where backends report events');
    this.output(
      'RejectedEventsQueueUrl',
      rejectedEvents.queueUrl,
      'Where events that were not broadcast are kept',
    );
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
