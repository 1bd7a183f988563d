// The app's one stack: the service, and what a person has to know of it once it is there.
import { CfnOutput, DefaultStackSynthesizer, Stack, type IStackSynthesizer } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RequestedConfiguration } from './config/configuration';
import type { CodeOf } from './constructs/base/service-function';
import { MissionControlRealtime } from './mission-control-realtime';

export interface MissionControlStackProps {
  readonly configuration: RequestedConfiguration;
  readonly codeOf?: CodeOf;
  readonly dashboardDirectory?: string;
  /** Where the stack goes, if that has to be known beforehand. */
  readonly region?: string;
}

export class MissionControlStack extends Stack {
  constructor(scope: Construct, id: string, props: MissionControlStackProps) {
    const { configuration, region, ...others } = props;
    const { tags, ...settings } = configuration;
    super(scope, id, {
      ...(region === undefined ? {} : { env: { region } }),
      description: 'Mission Control Realtime: agent events to every dashboard',
      // Of the stack alone: CloudFormation hands them on to every resource that can have some.
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-add-tags.html
      tags: { application: 'mission-control', stage: configuration.stage, ...tags },
      // The command line checks the bootstrap version by itself: no parameter and rule for it here.
      // The cast is for exactOptionalPropertyTypes, which CDK's declarations are not written for.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    });
    const realtime = new MissionControlRealtime(this, 'Realtime', { ...settings, ...others });
    this.output('WebSocketUrl', realtime.webSocketUrl, 'Where clients connect to');
    this.output('HealthUrl', realtime.healthUrl, 'Where the state of the service is told');
    this.output('WhoamiUrl', realtime.whoamiUrl, 'Where clients ask whether their token is good');
    this.output('EventBusName', realtime.eventBus.eventBusName, 'Where backends report events');
    this.output(
      'RejectedEventsQueueUrl',
      realtime.rejectedEvents.queueUrl,
      'Where events that were not broadcast are kept',
    );
    if (realtime.frontDoor !== undefined) {
      const { domainName, distributionDomainName } = realtime.frontDoor;
      this.output('DashboardUrl', `https://${domainName}`, 'Where people see it');
      this.output(
        'FrontDoorDomainName',
        distributionDomainName,
        'What the record of your domain in the DNS names',
      );
    }
    if (realtime.users === undefined) return;
    const { userPool, client, issuer } = realtime.users;
    this.output('UserPoolId', userPool.userPoolId, 'Where users are invited');
    this.output('UserPoolClientId', client.userPoolClientId, 'What dashboards sign in with');
    this.output('TokenIssuer', issuer, 'Who issues the tokens of the users');
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
