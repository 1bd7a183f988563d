// Reads the connections in the table of a local stack: the current records, which /health may report 5 s later.
import { DynamoDBClient, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import type { LocalStack } from '#local/index';

/** User ids by connection id. */
export async function connectionRecords(
  stack: Pick<LocalStack, 'clientConfiguration'>,
): Promise<ReadonlyMap<string, string>> {
  const client = new DynamoDBClient(stack.clientConfiguration);
  try {
    const { TableNames: [table] = [] } = await client.send(new ListTablesCommand({}));
    const found = new Map<string, string>();
    const pages = paginateScan(
      { client },
      {
        TableName: table,
        FilterExpression: 'begins_with(pk, :connections)',
        ExpressionAttributeValues: { ':connections': { S: 'connections#' } },
      },
    );
    for await (const { Items: items = [] } of pages) {
      for (const { sk } of items) {
        const [userId = '', connectionId = ''] = sk?.S?.split('#') ?? [];
        found.set(connectionId, userId);
      }
    }
    return found;
  } finally {
    client.destroy();
  }
}
