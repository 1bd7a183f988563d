// The settings `memoryMegabytes` and `provisionedConcurrency`: which functions have an alias, and that their callers invoke it.
import { environmentOf, functionOf, resourceOf, resourcesOf, synthesize } from './synthesized';
import { template } from './usual-stack';

const provisioned = synthesize({
  provisionedConcurrency: 'authorizer=2,connect=3,broadcast=1',
  memoryMegabytes: 'connect=1024',
}).template;

const aliasTypes = ['AWS::Lambda::Alias', 'AWS::Lambda::Version'];

it('has no alias and no version without provisioned concurrency', () => {
  expect(aliasTypes.flatMap((type) => resourcesOf(template, type))).toEqual([]);
});

it('keeps all resources that it has without it, so that a stack is updated in place', () => {
  // The permissions of the functions belong to their aliases then.
  const idsOf = (of: typeof template) =>
    Object.entries(of.toJSON()['Resources'] as Record<string, { readonly Type: string }>)
      .filter(([, { Type }]) => ![...aliasTypes, 'AWS::Lambda::Permission'].includes(Type))
      .map(([id]) => id);
  expect(idsOf(provisioned).sort()).toEqual(idsOf(template).sort());
});

it.each([
  ['authorizer', 'WebSocketAuthorizerFunction', 2],
  ['connect', 'WebSocketConnectFunction', 3],
  ['broadcast', 'BroadcastFunction', 1],
])('keeps environments of %s ready', (_, id, environments) => {
  const [alias] = resourcesOf(provisioned, 'AWS::Lambda::Alias').filter(
    ({ properties }) => properties['FunctionName'] === `\${${id}}`,
  );
  expect(alias?.properties).toMatchObject({
    Name: 'provisioned',
    FunctionVersion: expect.stringContaining(`${id}CurrentVersion`) as string,
    ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: environments },
  });
});

it('invokes the aliases from the route, the authorizer and the rule, with permissions for each', () => {
  const connect = '${WebSocketConnectFunctionAlias}';
  const authorizer = '${WebSocketAuthorizerFunctionAlias}';
  const broadcast = '${BroadcastFunctionAlias}';
  const uris = resourcesOf(provisioned, 'AWS::ApiGatewayV2::Integration').map(({ properties }) =>
    String(properties['IntegrationUri']),
  );
  expect(uris).toContainEqual(expect.stringContaining(`functions/${connect}/invocations`));
  expect(
    resourceOf(provisioned, 'AWS::ApiGatewayV2::Authorizer').properties['AuthorizerUri'],
  ).toContain(`functions/${authorizer}/invocations`);
  const targets = resourcesOf(provisioned, 'AWS::Events::Rule').flatMap(
    ({ properties }) => properties['Targets'] as { readonly Arn: string }[],
  );
  expect(targets.map(({ Arn }) => Arn)).toContain(broadcast);
  const permitted = resourcesOf(provisioned, 'AWS::Lambda::Permission').map(
    ({ properties }) => properties['FunctionName'],
  );
  for (const alias of [connect, authorizer, broadcast]) {
    expect(permitted.filter((each) => each === alias)).toHaveLength(1);
  }
});

it('keeps failed events of broadcast in the dead-letter queue, whose configuration belongs to the alias', () => {
  const ofBroadcast = resourcesOf(provisioned, 'AWS::Lambda::EventInvokeConfig').find(
    ({ properties }) => properties['FunctionName'] === '${BroadcastFunction}',
  );
  // The name at the end of the alias's ARN.
  expect(JSON.stringify(ofBroadcast?.properties['Qualifier'])).toContain('provisioned');
});

it('gives a function the memory of the setting, and leaves all others as they are', () => {
  expect(functionOf(provisioned, 'connect').properties['MemorySize']).toBe(1024);
  expect(functionOf(provisioned, 'authorizer').properties['MemorySize']).toBe(512);
  const before = functionOf(template, 'connect');
  expect(environmentOf(functionOf(provisioned, 'connect'))).toEqual(environmentOf(before));
});

it('adds what environments that are always ready cost a day to the estimate of the operations dashboard', () => {
  const body = JSON.stringify(
    resourceOf(provisioned, 'AWS::CloudWatch::Dashboard').properties['DashboardBody'],
  );
  // 3 environments with 1 GB each.
  expect(body).toContain(` + ${(3 * 86_400 * 0.0000033334).toFixed(6)}`);
});
