// The one table: connections, connection counts, state, rate limits and what waits for a flush. No index and no stream: keys are made so that none is needed.
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { attributes, itemKinds, type ItemKind } from '../../../lambdas/contract/table-keys';
import type { Configuration } from '../../config/configuration';
import type { ServiceFunction } from '../base/service-function';

/**
 * What can be done with items by key. Each of these names a partition key in its request, so that a condition on
 * `dynamodb:LeadingKeys` holds for it; a Scan names none, and a condition with ForAllValues would let it pass.
 */
export type ItemOperation =
  'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'BatchWriteItem';

export class Store extends Construct {
  readonly tableName: string;
  private readonly tableArn: string;

  constructor(scope: Construct, id: string, { dataRemoval }: Pick<Configuration, 'dataRemoval'>) {
    super(scope, id);
    const isKept = dataRemoval === 'retain';
    // Without a fixed name: the table may outlive its stack, and must not collide with that of a new one.
    const table = new Table(this, 'Table', {
      partitionKey: { name: attributes.partitionKey, type: AttributeType.STRING },
      sortKey: { name: attributes.sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: attributes.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // The key of AWS in this account: its use is seen in CloudTrail, and no role needs a KMS permission.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
      encryption: TableEncryption.AWS_MANAGED,
      // A table that outlives its stack must not be deleted by accident either.
      deletionProtection: isKept,
      removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.tableName = table.tableName;
    this.tableArn = table.tableArn;
  }

  /**
   * Lets a function do `operations` with items of these kinds, and with no other.
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
