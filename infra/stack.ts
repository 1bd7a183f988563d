// The stack of the app: the service, and its outputs.
import { CfnOutput, DefaultStackSynthesizer, Stack, type IStackSynthesizer } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { RequestedConfiguration } from './config/configuration';
import type { CodeOf } from './constructs/base/service-function';
import { MissionControlRealtime } from './mission-control-realtime';

export interface MissionControlStackProps {
  readonly configuration: RequestedConfiguration;
  readonly codeOf?: CodeOf;
  readonly dashboardDirectory?: string;
  /** The region of the stack, if it must be known at synthesis. */
  readonly region?: string;
}

export class MissionControlStack extends Stack {
  constructor(scope: Construct, id: string, props: MissionControlStackProps) {
    const { configuration, region, ...others } = props;
    const { tags, ...settings } = configuration;
    super(scope, id, {
      ...(region === undefined ? {} : { env: { region } }),
      description: 'Mission Control Realtime: agent events to every dashboard',
      // Only the stack has tags. CloudFormation adds them to every resource that supports tags.
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-add-tags.html
      tags: { application: 'mission-control', stage: configuration.stage, ...tags },
      // Without a rule for the bootstrap version, which the command line checks itself. The cast is necessary because the CDK's
      // types do not support exactOptionalPropertyTypes.
      synthesizer: new DefaultStackSynthesizer({
        generateBootstrapVersionRule: false,
      }) as IStackSynthesizer,
    });
    const realtime = new MissionControlRealtime(this, 'Realtime', { ...settings, ...others });
    this.output('WebSocketUrl', realtime.webSocketUrl, 'WebSocket URL for clients');
    this.output('HealthUrl', realtime.healthUrl, 'Health endpoint');
    this.output('WhoamiUrl', realtime.whoamiUrl, 'Endpoint at which clients check their token');
    if (realtime.reportUrl !== undefined) {
      this.output('ReportUrl', realtime.reportUrl, 'Endpoint at which backends report events');
    }
    this.output(
      'EventBusName',
      realtime.eventBus.eventBusName,
      'Event bus on which backends report events',
    );
    this.output('RejectedEventsQueueUrl', realtime.rejectedEvents.queueUrl, 'Dead-letter queue');
    if (realtime.frontDoor !== undefined) {
      const { domainName, distributionDomainName } = realtime.frontDoor;
      this.output('DashboardUrl', `https://${domainName}`, 'Dashboard for people');
      this.output(
        'FrontDoorDomainName',
        distributionDomainName,
        'Target of the DNS record of your domain',
      );
    }
    if (realtime.users === undefined) return;
    const { userPool, client, issuer } = realtime.users;
    this.output('UserPoolId', userPool.userPoolId, 'User pool to which administrators add users');
    this.output('UserPoolClientId', client.userPoolClientId, 'App client of dashboards');
    this.output('TokenIssuer', issuer, 'Issuer of the tokens of its users');
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
