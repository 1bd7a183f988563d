// The requests to the table that the stores make, with inputs and answers as the AWS SDK's document client has them.
import type { AttributeValue, QueryCommandInput as AttributeQuery } from '@aws-sdk/client-dynamodb';
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  BatchWriteCommandInput,
  BatchWriteCommandOutput,
  DeleteCommandInput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateCommandInput,
  UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';

/** A page of items as DynamoDB has them. */
export interface AttributePage {
  readonly Items?: Record<string, AttributeValue>[] | undefined;
  readonly LastEvaluatedKey?: Record<string, AttributeValue> | undefined;
}

/**
 * Each request throws if DynamoDB did not carry it out, after retries. If the condition of a write was not met, the name of the
 * error is `ConditionalCheckFailedException`.
 */
export interface TableRequests {
  get(input: GetCommandInput): Promise<Pick<GetCommandOutput, 'Item'>>;
  put(input: PutCommandInput): Promise<unknown>;
  update(input: UpdateCommandInput): Promise<Pick<UpdateCommandOutput, 'Attributes'>>;
  delete(input: DeleteCommandInput): Promise<unknown>;
  query(input: QueryCommandInput): Promise<Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey'>>;
  /** Queries for items as DynamoDB has them, for lists that are so long that converting them takes time. */
  queryAttributes(input: AttributeQuery): Promise<AttributePage>;
  batchGet(
    input: BatchGetCommandInput,
  ): Promise<Pick<BatchGetCommandOutput, 'Responses' | 'UnprocessedKeys'>>;
  batchWrite(
    input: BatchWriteCommandInput,
  ): Promise<Pick<BatchWriteCommandOutput, 'UnprocessedItems'>>;
}

/** Queries page by page. */
export async function* queryPages(
  table: TableRequests,
  input: QueryCommandInput,
): AsyncGenerator<NonNullable<QueryCommandOutput['Items']>> {
  let start = input.ExclusiveStartKey;
  do {
    const { Items: items = [], LastEvaluatedKey: last } = await table.query(
      start === undefined ? input : { ...input, ExclusiveStartKey: start },
    );
    yield items;
    start = last;
  } while (start !== undefined);
}
