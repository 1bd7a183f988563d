// Converts the error of a conditional write whose condition was not met into a result.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/**
 * Whether the condition of a write was met.
 * @throws any other error of the write
 */
export async function wasMet(write: Promise<unknown>): Promise<boolean> {
  return (await ifMet(write.then(() => true))) ?? false;
}

/**
 * The answer to a write whose condition was met; otherwise undefined.
 * @throws any other error of the write
 */
export async function ifMet<Answer>(write: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
