// Sends alarms to one e-mail address. Alarms are not secret, but nobody else may send them.
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
  /** The address first gets a mail that asks to confirm the subscription. */
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
    // Alarms cannot use the AWS managed key of SNS:
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    const key = new Key(this, 'Key', {
      description: `Encrypts what is sent to ${name}`,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(365),
      pendingWindow: Duration.days(7),
      // It encrypts messages in transit only; nothing has to be decrypted with it later.
      removalPolicy: RemovalPolicy.DESTROY,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            // Principals that the account's policies allow, including CloudFormation.
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
    // This policy replaces the default one, which allows the whole account to publish.
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
