// Creates the template's tables.
import type { WriteLogLine } from '../support/log-line';
import type { Cancel, Timers } from '../support/timers';
import type { ResolvedTemplate } from '../template/resolve-template';
import { TemplateError } from '../template/template';
import type { DynamoEngine } from '../aws/dynamodb/dynamo-engine';
import { keepExpiring } from '../aws/dynamodb/time-to-live';

export interface Tables {
  /** The name of each table's partition key, by table name. */
  readonly partitionKeys: ReadonlyMap<string, string>;
  /** The name of the TTL attribute, by table name, of each table that has one. */
  readonly timeToLive: ReadonlyMap<string, string>;
  /** Stops the deletion of expired items. */
  readonly stop: Cancel;
}

/**
 * Creates the tables, and starts the deletion of expired items.
 * @throws {TemplateError} if a table is invalid; the message contains DynamoDB's own
 */
export async function deployTables(
  template: ResolvedTemplate,
  engine: DynamoEngine,
  timers: Timers,
  log: WriteLogLine,
): Promise<Tables> {
  const partitionKeys = new Map<string, string>();
  const timeToLive = new Map<string, string>();
  const sweeps: Cancel[] = [];
  for (const { logicalId, type, ref: tableName, properties } of template.of(
    'AWS::DynamoDB::Table',
  )) {
    const { AttributeDefinitions, KeySchema, BillingMode, TimeToLiveSpecification } = properties;
    const input = { TableName: tableName, AttributeDefinitions, KeySchema, BillingMode };
    const response = await engine.run('CreateTable', Buffer.from(JSON.stringify(input)));
    if (response.status !== 200) {
      const { message = '' } = JSON.parse(response.body ?? '{}') as { message?: string };
      throw new TemplateError({ logicalId, type }, `DynamoDB refuses it: ${message}`);
    }
    const partitionKey = KeySchema.find(({ KeyType }) => KeyType === 'HASH');
    partitionKeys.set(tableName, partitionKey?.AttributeName ?? '');
    if (TimeToLiveSpecification?.Enabled !== true) continue;
    const attribute = TimeToLiveSpecification.AttributeName;
    timeToLive.set(tableName, attribute);
    const keyNames = KeySchema.map(({ AttributeName }) => AttributeName);
    sweeps.push(keepExpiring({ engine, tableName, attribute, keyNames, timers, log }));
  }
  return {
    partitionKeys,
    timeToLive,
    stop: () => {
      for (const stop of sweeps) stop();
    },
  };
}
