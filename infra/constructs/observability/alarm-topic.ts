// The SNS topic that sends alarms to an e-mail address; only CloudWatch may publish to it.
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
  /** The e-mail address. Its owner must confirm the subscription. */
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
      // The key only encrypts messages until they are sent, so it is not needed later.
      removalPolicy: RemovalPolicy.DESTROY,
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            // IAM policies of the account decide who may administer the key, including CloudFormation.
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

/** The actions that administer the key. In the policy of a key, the resource `*` is the key itself. */
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
