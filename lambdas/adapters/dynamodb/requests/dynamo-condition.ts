// Converts the error of a conditional write whose condition was not met into a result.
import type { Attributes } from './dynamo-attributes';

const unmetName = 'ConditionalCheckFailedException';

/** The condition of a write was not met. The AWS SDK has an error with the same name. */
export class UnmetConditionError extends Error {
  override readonly name = unmetName;

  /** @param Item the item that is stored, if the write asked for it */
  constructor(
    message: string,
    readonly Item?: Attributes,
  ) {
    super(message);
  }
}

/** Whether an error means that the condition of a write was not met. */
export function isUnmet(error: unknown): error is Pick<UnmetConditionError, 'Item'> {
  return error instanceof Error && error.name === unmetName;
}

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
    if (isUnmet(error)) return undefined;
    throw error;
  }
}
