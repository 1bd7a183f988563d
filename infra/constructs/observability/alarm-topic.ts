// Sends alarms to one e-mail address. Alarms are not secret, but their reader must be able to trust the sender.
import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import {
  AccountRootPrincipal,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration } from '../../config/configuration';
import { resourceName } from '../../config/names';

export interface AlarmTopicProps {
  readonly configuration: Pick<Configuration, 'stage'>;
  /** First gets a mail that asks it to confirm the subscription. */
  readonly email: string;
}

export class AlarmTopic extends Construct {
  readonly action: SnsAction;

  constructor(scope: Construct, id: string, { configuration, email }: AlarmTopicProps) {
    super(scope, id);
    const name = `${resourceName(configuration)}-alarms`;
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    });
    // The key that SNS itself offers cannot be used by alarms:
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    const key = new Key(this, 'Key', {
      description: `Encrypts what is sent to ${name}`,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      pendingWindow: Duration.days(7),
      // It protects messages in transit; nothing has to be decrypted with it later.
      removalPolicy: RemovalPolicy.DESTROY,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            // Principals that the account's policies allow, CloudFormation among them.
            principals: [new AccountRootPrincipal()],
            actions: administration,
            resources: ['*'],
          }),
          new PolicyStatement({
            principals: [alarms],
            actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
            resources: ['*'],
          }),
        ],
      }),
    });
    const topic = new Topic(this, 'Topic', {
      topicName: name,
      displayName: 'Mission Control alarms',
      masterKey: key,
      enforceSSL: true,
    });
    // A policy of its own replaces the one by which everything in the account may publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [alarms],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
      }),
    );
    const subscription = new Subscription(this, 'Email', {
      topic,
      protocol: SubscriptionProtocol.EMAIL,
      endpoint: email,
    });
    Validations.of(subscription).acknowledge({
      id: 'Serverless-SNSRedrivePolicy',
      reason:
        'CloudWatch keeps every alarm with its history. A dead-letter queue for notifications that could not be ' +
        'mailed would itself need somebody to be notified.',
    });
    this.action = new SnsAction(topic);
  }
}

/** In a key's policy, `*` is this key; its actions are named one by one. */
const administration = [
  'kms:CancelKeyDeletion',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:DisableKeyRotation',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];
