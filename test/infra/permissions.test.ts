// Permissions: the exact actions and resources that each role and each resource policy allows.
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { MissionControlRealtime } from '#infra/mission-control-realtime';
import {
  allowedTo,
  foreignApp,
  functionOf,
  resourceOf,
  resourcesOf,
  synthesize,
} from './synthesized';

const { template } = synthesize({ useMockData: true });

const account = '${AWS::Region}:${AWS::AccountId}';
const connections = (method: string) =>
  `arn:\${AWS::Partition}:execute-api:${account}:\${WebSocketApi}/live/${method}/@connections/*`;
const manage = ['execute-api:ManageConnections'];

/** Operations on items, by the prefix of their partition key. */
const items = (operations: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(operations).map(([key, names]) => [
      `\${StoreTable.Arn} ${key}`,
      names.map((name) => `dynamodb:${name}`),
    ]),
  );

/** Every function may write its own log. */
const log = (logGroup: string) => ({
  [`\${${logGroup}.Arn}`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
});

/** A function may also write its traces, unless unauthenticated clients can invoke it. */
const telemetry = (logGroup: string) => ({
  ...log(logGroup),
  '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
});

/** What a fan-out needs: posts, the retry queue, the fan-out lease, and the pending events. */
const fanOut = {
  [connections('POST')]: manage,
  '${DeliveriesQueue.Arn}': ['sqs:SendMessage'],
  ...items({ lease: ['GetItem', 'PutItem', 'UpdateItem'], 'pending#*': ['PutItem', 'Query'] }),
};
const everyConnection = ['BatchWriteItem', 'GetItem', 'Query'];
const heartbeats = items({
  'connections#*': ['BatchWriteItem', 'DeleteItem', 'GetItem', 'Query'],
  census: ['PutItem', 'Query'],
});

it.each([
  ['authorizer', log('WebSocketAuthorizerFunctionLog')],
  [
    'connect',
    {
      ...log('WebSocketConnectFunctionLog'),
      ...items({ 'connections#*': ['DeleteItem', 'PutItem', 'Query'], 'rate#*': ['UpdateItem'] }),
      [connections('POST')]: manage,
      [connections('DELETE')]: manage,
    },
  ],
  [
    'disconnect',
    {
      ...telemetry('WebSocketDisconnectFunctionLog'),
      ...items({ 'connections#*': ['DeleteItem'] }),
    },
  ],
  [
    'default',
    {
      ...telemetry('WebSocketDefaultFunctionLog'),
      ...items({
        'connections#*': ['DeleteItem', 'GetItem', 'Query', 'UpdateItem'],
        'rate#*': ['UpdateItem'],
        'state#*': ['Query'],
        'timeline#*': ['Query'],
      }),
      [connections('POST')]: manage,
      [connections('DELETE')]: manage,
    },
  ],
  [
    'broadcast',
    {
      ...telemetry('BroadcastFunctionLog'),
      ...fanOut,
      ...items({
        'connections#*': everyConnection,
        census: ['Query'],
        'state#*': ['PutItem', 'UpdateItem'],
        'timeline#*': ['BatchWriteItem', 'PutItem'],
      }),
      '${RejectedEvents.Arn}': ['sqs:SendMessage'],
    },
  ],
  [
    'deliver',
    {
      ...telemetry('DeliveriesFunctionLog'),
      ...fanOut,
      ...heartbeats,
      ...items({
        'connections#*': ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'Query'],
        'state#*': ['BatchGetItem'],
      }),
      [connections('GET')]: manage,
      [connections('DELETE')]: manage,
      '${RejectedEvents.Arn}': ['sqs:SendMessage'],
      '${DeliveriesQueue.Arn}': [
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    },
  ],
  [
    'heartbeat',
    {
      ...telemetry('HeartbeatFunctionLog'),
      ...fanOut,
      ...heartbeats,
      ...items({ heartbeat: ['GetItem', 'PutItem'], 'state#*': ['Query', 'UpdateItem'] }),
      [connections('DELETE')]: manage,
      '${HeartbeatBeats.Arn}': [
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
    },
  ],
  [
    'disconnect-user',
    {
      ...telemetry('UserDisconnectionFunctionLog'),
      ...items({ 'connections#*': ['DeleteItem', 'PutItem', 'Query'] }),
      [connections('POST')]: manage,
      [connections('DELETE')]: manage,
      '${RejectedEvents.Arn}': ['sqs:SendMessage'],
    },
  ],
  [
    'health',
    {
      ...log('HealthFunctionLog'),
      ...items({ 'connections#*': ['Query'], census: ['Query'] }),
    },
  ],
  ['whoami', { ...log('HealthWhoamiFunctionLog'), ...items({ 'connections#*': ['GetItem'] }) }],
  [
    'mock-agents',
    {
      ...telemetry('MockAgentsFunctionLog'),
      '${BroadcastEventBus.Arn}': ['events:PutEvents'],
    },
  ],
])('%s has exactly these permissions', (name, allowed) => {
  expect(allowedTo(template, functionOf(template, name).properties['Role'])).toEqual(allowed);
});

it('with heartbeat when-idle, functions that fan out may write and query the recent fan-outs', () => {
  const idle = synthesize({ heartbeat: 'when-idle' }).template;
  for (const name of ['broadcast', 'deliver', 'heartbeat']) {
    const allowed = allowedTo(idle, functionOf(idle, name).properties['Role']);
    expect(allowed).toMatchObject(items({ reach: ['PutItem', 'Query'] }));
  }
});

it('a role has one policy in any app, so that a function is not invoked before it has all permissions', () => {
  const flag = '@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy';
  const stack = new Stack(foreignApp({ [flag]: true }), 'Stack');
  new MissionControlRealtime(stack, 'Realtime', {
    identityProvider: {
      kind: 'oidc',
      issuer: 'https://issuer.example.com',
      audience: 'mission-control',
    },
    codeOf: () => Code.fromInline('// No code is run here.'),
  });
  const roles = resourcesOf(Template.fromStack(stack), 'AWS::IAM::Policy').flatMap(
    ({ properties }) => properties['Roles'] as string[],
  );
  expect(roles).toEqual([...new Set(roles)]);
});

it('every function has its own role, which only Lambda can assume and which has no managed policies', () => {
  const roles = resourcesOf(template, 'AWS::Lambda::Function').map((f) => f.properties['Role']);
  expect(new Set(roles).size).toBe(11);
  for (const { id, properties } of resourcesOf(template, 'AWS::IAM::Role')) {
    if (!roles.includes(`\${${id}.Arn}`)) continue;
    expect(properties).not.toHaveProperty('ManagedPolicyArns');
    expect(properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    });
  }
});

it.each(['heartbeat', 'mock-agents'])(
  'the schedule of %s may invoke that function only',
  (name) => {
    const { properties } = resourceOf(template, 'AWS::Scheduler::Schedule', {
      Name: `mission-control-${name}`,
    });
    const { RoleArn } = properties['Target'] as { RoleArn: string };
    expect(allowedTo(template, RoleArn)).toEqual({
      [`\${${functionOf(template, name).id}.Arn}`]: ['lambda:InvokeFunction'],
    });
  },
);

it('no role has an action with a wildcard, and only the actions for traces apply to all resources', () => {
  const policies = resourcesOf(template, 'AWS::IAM::Policy');
  expect(policies).toHaveLength(13);
  const roles = resourcesOf(template, 'AWS::IAM::Role').map(({ id }) => `\${${id}.Arn}`);
  for (const allowed of roles.map((role) => allowedTo(template, role))) {
    expect(Object.values(allowed).flat().join()).not.toContain('*');
    // A role may access only items with certain partition keys, never the whole table.
    expect(Object.keys(allowed)).not.toContain('${StoreTable.Arn}');
    expect((allowed['*'] ?? []).filter((action) => !action.startsWith('xray:'))).toEqual([]);
  }
});

it('a function can be invoked only by its route, its authorizer or its rule', () => {
  const api = (id: string, path: string) =>
    `arn:\${AWS::Partition}:execute-api:${account}:${id}${path}`;
  const gateway = 'apigateway.amazonaws.com';
  const rules = 'events.amazonaws.com';
  const [webSocket, http] = ['${WebSocketApi}', '${HealthApi}'];
  const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(({ properties }) => {
    const { FunctionName, Action, Principal, SourceArn } = properties;
    expect(Action).toBe('lambda:InvokeFunction');
    return [FunctionName, Principal, SourceArn].map(String);
  });
  expect(permissions.sort()).toEqual([
    ['${BroadcastFunction.Arn}', rules, '${BroadcastSubscriptionRule.Arn}'],
    // GET and HEAD.
    ['${HealthFunction.Arn}', gateway, api(http, '/*/*/health')],
    ['${HealthFunction.Arn}', gateway, api(http, '/*/*/health')],
    ['${HealthWhoamiFunction.Arn}', gateway, api(http, '/*/*/whoami')],
    ['${HealthWhoamiFunction.Arn}', gateway, api(http, '/*/*/whoami')],
    ['${UserDisconnectionFunction.Arn}', rules, '${UserDisconnectionSubscriptionRule.Arn}'],
    [
      '${WebSocketAuthorizerFunction.Arn}',
      gateway,
      api(webSocket, '/authorizers/${WebSocketApiTokenAuthorizer}'),
    ],
    ['${WebSocketConnectFunction.Arn}', gateway, api(webSocket, '/*$connect')],
    ['${WebSocketDefaultFunction.Arn}', gateway, api(webSocket, '/*$default')],
    ['${WebSocketDisconnectFunction.Arn}', gateway, api(webSocket, '/*$disconnect')],
  ]);
});

it('the only other roles are those of the schedules of this account and of the logs of API Gateway', () => {
  const functionRoles = resourcesOf(template, 'AWS::Lambda::Function').map(
    (f) => f.properties['Role'],
  );
  const others = resourcesOf(template, 'AWS::IAM::Role').filter(
    ({ id }) => !functionRoles.includes(`\${${id}.Arn}`),
  );
  const trust = (service: string, more: object = {}) => ({
    Version: '2012-10-17',
    Statement: [
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service }, ...more },
    ],
  });
  const schedules = trust('scheduler.amazonaws.com', {
    Condition: { StringEquals: { 'aws:SourceAccount': '${AWS::AccountId}' } },
  });
  const found = others.map(
    ({ id, properties: { AssumeRolePolicyDocument, ManagedPolicyArns } }) => [
      id,
      { AssumeRolePolicyDocument, ManagedPolicyArns },
    ],
  );
  expect(Object.fromEntries(found)).toEqual({
    HeartbeatEachMinuteRole: { AssumeRolePolicyDocument: schedules },
    MockAgentsEachMinuteRole: { AssumeRolePolicyDocument: schedules },
    WebSocketAccountLogRole: {
      AssumeRolePolicyDocument: trust('apigateway.amazonaws.com'),
      ManagedPolicyArns: [
        'arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      ],
    },
  });
});

describe('the policy of the event bus', () => {
  const backend = 'arn:aws:iam::111122223333:role/backend';
  const others = 'arn:aws:iam::444455556666:role/teams/*';
  const operator = 'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/on-call_*';

  const statementsOf = (template: Template) =>
    resourcesOf(template, 'AWS::Events::EventBusPolicy').map(({ properties }) => {
      const { EventBusName, StatementId, Statement } = properties as Record<string, unknown>;
      expect(EventBusName).toBe('${BroadcastEventBus}');
      expect(Statement).toMatchObject({ Sid: StatementId, Action: 'events:PutEvents' });
      expect(Statement).toMatchObject({ Resource: '${BroadcastEventBus.Arn}' });
      return Statement as Record<string, unknown>;
    });

  it('is empty without reporterArns and operatorArns', () => {
    expect(statementsOf(synthesize({ useMockData: true }).template)).toEqual([]);
  });

  it('allows only the configured principals to send events, each for one source, and grants access to their accounts', () => {
    const context = { reporterArns: [backend, others], operatorArns: operator };
    const statements = statementsOf(synthesize({ ...context, eventSource: 'agents' }).template);
    expect(statements).toEqual([
      expect.objectContaining({
        Sid: 'OnlyReporters',
        Effect: 'Deny',
        Principal: '*',
        Condition: {
          'ForAnyValue:StringEquals': { 'events:source': 'agents' },
          ArnNotLike: { 'aws:PrincipalArn': [backend, others] },
        },
      }),
      expect.objectContaining({
        Sid: 'ReportersOfAccounts',
        Effect: 'Allow',
        Principal: {
          AWS: ['arn:aws:iam::111122223333:root', 'arn:aws:iam::444455556666:root'],
        },
        Condition: {
          'ForAllValues:StringEquals': { 'events:source': 'agents' },
          ArnLike: { 'aws:PrincipalArn': [backend, others] },
        },
      }),
      expect.objectContaining({
        Sid: 'OnlyOperators',
        Effect: 'Deny',
        Condition: {
          'ForAnyValue:StringEquals': { 'events:source': 'mission-control.operator' },
          ArnNotLike: { 'aws:PrincipalArn': [operator] },
        },
      }),
      expect.objectContaining({ Sid: 'OperatorsOfAccounts', Effect: 'Allow' }),
    ]);
  });

  it('is updated one statement at a time, because an event bus rejects concurrent changes', () => {
    const { template } = synthesize({ reporterArns: backend, operatorArns: operator });
    const policies = resourcesOf(template, 'AWS::Events::EventBusPolicy');
    const ids = policies.map(({ id }) => id);
    expect(policies.map(({ dependsOn }) => dependsOn)).toEqual([
      [],
      ...ids.slice(0, -1).map((id) => [id]),
    ]);
  });

  it('with operatorArns only, has no statements about reporters', () => {
    expect(statementsOf(synthesize({ operatorArns: operator }).template)).toHaveLength(2);
  });

  it('includes the mock agents with the reporters automatically', () => {
    const { template } = synthesize({ useMockData: true, reporterArns: backend });
    expect(statementsOf(template)[0]).toMatchObject({
      Condition: { ArnNotLike: { 'aws:PrincipalArn': [backend, '${MockAgentsFunctionRole.Arn}'] } },
    });
  });

  it('accepts a role of the same app, whose ARN is a reference', () => {
    const stack = new Stack(foreignApp(), 'Stack');
    const role = new Role(stack, 'Backend', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    new MissionControlRealtime(stack, 'Realtime', {
      identityProvider: {
        kind: 'oidc',
        issuer: 'https://issuer.example.com',
        audience: 'mission-control',
      },
      codeOf: () => Code.fromInline('// No code is run here.'),
      reporterArns: [role.roleArn],
    });
    expect(statementsOf(Template.fromStack(stack))).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Condition: {
          'ForAnyValue:StringEquals': { 'events:source': 'mission-control' },
          ArnNotLike: { 'aws:PrincipalArn': ['${Backend.Arn}'] },
        },
      }),
    ]);
  });
});
