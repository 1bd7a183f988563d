// Simulated agents for demonstrations, which report on the same event bus as real agents.
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { resourceName } from '../../config/names';
import { MinuteSchedule } from '../base/minute-schedule';
import { ServiceFunction, type Deployment } from '../base/service-function';

export interface MockAgentsProps extends Deployment {
  readonly eventBus: EventBus;
}

export class MockAgents extends Construct {
  /** The role that puts events on the bus. */
  readonly roleArn: string;

  constructor(scope: Construct, id: string, props: MockAgentsProps) {
    super(scope, id);
    const { configuration, eventBus } = props;
    const mockAgents = new ServiceFunction(this, 'Function', {
      ...props,
      name: 'mock-agents',
      description: 'Reports what simulated agents do',
      timeoutSeconds: 60,
      resources: { eventBusName: eventBus.eventBusName },
    });
    mockAgents.allow(['events:PutEvents'], eventBus.eventBusArn);
    this.roleArn = mockAgents.roleArn;
    new MinuteSchedule(this, 'EachMinute', {
      scheduleName: `${resourceName(configuration)}-mock-agents`,
      description: 'Starts a minute of simulated agents',
      target: mockAgents,
    });
  }
}
