// The outputs of a stage's stack, and the errors without them.
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { mockClient } from 'aws-sdk-client-mock';
import { outputsOf } from '#verify/stack-outputs';

const cloudFormation = mockClient(CloudFormationClient);
const client = () => new CloudFormationClient({ region: 'eu-central-1' });

beforeEach(() => {
  cloudFormation.reset();
});

it.each([
  ['live', 'MissionControl'],
  ['development', 'MissionControl-development'],
])('reads the outputs of the stage %s from the stack %s', async (stage, StackName) => {
  const Outputs = [{ OutputKey: 'HealthUrl', OutputValue: 'https://example.com/health' }];
  const stack = { StackName, CreationTime: new Date(), StackStatus: 'CREATE_COMPLETE', Outputs };
  cloudFormation.on(DescribeStacksCommand, { StackName }).resolves({ Stacks: [stack as never] });
  await expect(outputsOf(stage, 1_000, client())).resolves.toEqual({
    HealthUrl: 'https://example.com/health',
  });
});

it.each([
  [
    'ValidationError',
    'Stack with id MissionControl does not exist',
    'There is no stack MissionControl in',
  ],
  ['CredentialsProviderError', 'Could not load credentials', 'no AWS credentials'],
  ['Error', 'Region is missing', 'Set AWS_REGION'],
  ['AbortError', 'Request aborted', 'CloudFormation does not answer'],
  ['AccessDenied', 'User x is not authorized', 'User x is not authorized'],
])('says what to do after %s', async (name, message, words) => {
  cloudFormation.on(DescribeStacksCommand).rejects(Object.assign(new Error(message), { name }));
  await expect(outputsOf('live', 1_000, client())).rejects.toThrow(words);
});
