// The one table: connections, census, state and rate limits. No index and no stream: keys are made so that none is needed.
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { attributes } from '../../lambdas/contract';
import type { Configuration } from '../configuration';

export class Store extends Construct {
  readonly tableName: string;
  readonly tableArn: string;

  constructor(scope: Construct, id: string, { dataRemoval }: Pick<Configuration, 'dataRemoval'>) {
    super(scope, id);
    const isKept = dataRemoval === 'retain';
    // No name of our own: the table may outlive its stack, and a new stack must not stumble over it.
    const table = new Table(this, 'Table', {
      partitionKey: { name: attributes.partitionKey, type: AttributeType.STRING },
      sortKey: { name: attributes.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: attributes.expiresAt,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key of AWS in this account: its use is seen in CloudTrail, and no role needs a KMS permission.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
      encryption: TableEncryption.AWS_MANAGED,
      // A table that outlives its stack is not deleted by hand in passing either.
      deletionProtection: isKept,
      removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.tableName = table.tableName;
    this.tableArn = table.tableArn;
  }
}
