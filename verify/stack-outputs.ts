// Reads the outputs of a stage's stack, which have the addresses of the service.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { stackName } from '#infra/config/names';

export type Outputs = Readonly<Partial<Record<string, string>>>;

/**
 * @param timeoutMilliseconds how long CloudFormation may take
 * @throws an error whose message says what to do if there are no credentials, no region, or no such stack
 */
export async function outputsOf(
  stage: string,
  timeoutMilliseconds: number,
  client = new CloudFormationClient({}),
): Promise<Outputs> {
  const StackName = stackName({ stage });
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }), {
      abortSignal: AbortSignal.timeout(timeoutMilliseconds),
    });
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } catch (error) {
    throw explained(error as Error, StackName);
  } finally {
    client.destroy();
  }
}

function explained(error: Error, name: string): Error {
  const words = wordsOf(error, name);
  return new Error(words, { cause: error });
}

function wordsOf({ name, message }: Error, stack: string): string {
  const place = `The outputs of the stack ${stack} cannot be read`;
  if (/Region is missing/i.test(message)) {
    return `${place}: there is no region. Set AWS_REGION.`;
  }
  if (name === 'CredentialsProviderError') {
    return `${place}: there are no AWS credentials in your shell.`;
  }
  if (name === 'ValidationError' && message.includes('does not exist')) {
    return `There is no stack ${stack} in this account and region: check --stage and AWS_REGION.`;
  }
  if (name === 'TimeoutError' || name === 'AbortError') {
    return `${place}: CloudFormation does not answer.`;
  }
  return `${place}: ${message}`;
}
