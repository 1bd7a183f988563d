// The DynamoDB table: connections, connection counts, registers, rate limits, pending events and timelines. Its keys make indexes and
// streams unnecessary.
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { attributes, itemKinds, type ItemKind } from '../../../lambdas/contract/table-keys';
import type { Configuration } from '../../config/configuration';
import type { ServiceFunction } from '../base/service-function';

/**
 * The operations that specify partition keys, so that a condition on `dynamodb:LeadingKeys` restricts them. A Scan specifies none, and
 * a condition with `ForAllValues` would allow it.
 */
export type ItemOperation =
  'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'BatchWriteItem';

export class Store extends Construct {
  readonly tableName: string;
  private readonly tableArn: string;

  constructor(scope: Construct, id: string, { dataRemoval }: Pick<Configuration, 'dataRemoval'>) {
    super(scope, id);
    const isKept = dataRemoval === 'retain';
    // The table has no fixed name, because it can outlive its stack, and a new stack must be able to create its own.
    const table = new Table(this, 'Table', {
      partitionKey: { name: attributes.partitionKey, type: AttributeType.STRING },
      sortKey: { name: attributes.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: attributes.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The AWS managed key of this account: CloudTrail records its use, and no role needs a KMS permission.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
      encryption: TableEncryption.AWS_MANAGED,
      // A table that outlives its stack must be protected against accidental deletion as well.
      deletionProtection: isKept,
      removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.tableName = table.tableName;
    this.tableArn = table.tableArn;
  }

  /**
   * Allows a function `operations` on items of these kinds, and on no others.
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
   */
  allow(
    grantee: ServiceFunction,
    operations: readonly ItemOperation[],
    ...kinds: readonly [ItemKind, ...ItemKind[]]
  ): void {
    const keys = kinds.map((kind) => itemKinds[kind]);
    const patterns = keys.map((key) => (key.endsWith('#') ? `${key}*` : key));
    grantee.addToRolePolicy(
      new PolicyStatement({
        actions: operations.map((operation) => `dynamodb:${operation}`),
        resources: [this.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns } },
      }),
    );
  }
}
