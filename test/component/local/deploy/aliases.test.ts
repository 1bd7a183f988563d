// A template whose callers invoke an alias of a function, as provisioned concurrency needs it.
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventually } from '#test/support/eventually';
import {
  arn,
  clientConfig,
  closeTiny,
  deployTiny,
  functionResources,
  permission,
  ref,
  type Resources,
} from '#test/support/local/tiny-stack';

afterEach(closeTiny);

const version: Resources = {
  Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: ref('listener') } },
};
const alias: Resources = {
  ...version,
  Alias: {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      FunctionName: ref('listener'),
      FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
      Name: 'ready',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
    },
  },
};
const listening: Resources = {
  ...functionResources('listener'),
  ...alias,
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { EventPattern: { source: ['mine'] }, Targets: [{ Id: 'a', Arn: ref('Alias') }] },
  },
};
const allowed = (FunctionName: unknown) => {
  const { Type, Properties } = permission('listener', 'events.amazonaws.com', arn('Rule'));
  return { Type, Properties: { ...Properties, FunctionName } };
};
const invokeConfig = (Qualifier: string): Resources => ({
  Invoke: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: { FunctionName: ref('listener'), Qualifier, MaximumRetryAttempts: 0 },
  },
});
const listener = `console.log('loaded'); export const handler = () => console.log('called');`;

it('loads the function before its first invocation, and invokes it through the alias', async () => {
  const stack = await deployTiny(
    { ...listening, ...invokeConfig('ready'), Permission: allowed(ref('Alias')) },
    { listener },
  );
  const said = (text: string) =>
    eventually(() => {
      expect(stack.lines.map((line) => line.text)).toContain(text);
    });
  stack.start();
  await said('loaded');
  const events = new EventBridgeClient(clientConfig(stack));
  await events.send(
    new PutEventsCommand({ Entries: [{ Source: 'mine', DetailType: 'a', Detail: '{}' }] }),
  );
  events.destroy();
  await said('called');
  expect(stack.lines.map(({ text }) => text)).toEqual(['loaded', 'called']);
});

it('refuses a permission for the function, which does not include its alias', async () => {
  const refused = deployTiny({ ...listening, Permission: allowed(arn('listener')) }, { listener });
  await expect(refused).rejects.toThrow(/must let events.amazonaws.com invoke listener:ready for/);
});

it('refuses a configuration of asynchronous invocations for $LATEST, which nobody invokes', async () => {
  const resources = { ...listening, ...invokeConfig('$LATEST'), Permission: allowed(ref('Alias')) };
  await expect(deployTiny(resources, { listener })).rejects.toThrow(
    'Invoke (AWS::Lambda::EventInvokeConfig): its Qualifier must be ready, not $LATEST',
  );
});
