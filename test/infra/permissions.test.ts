// Who may do what: exactly what each function's job takes, on exactly these resources.
import { allowedTo, functionOf, resourceOf, resourcesOf, synthesize } from './synthesized';

const { template } = synthesize({ useMockData: true });

const account = '${AWS::Region}:${AWS::AccountId}';
const connections = (method: string) =>
  `arn:\${AWS::Partition}:execute-api:${account}:\${WebSocketApi}/live/${method}/@connections/*`;
const manage = ['execute-api:ManageConnections'];
const table = '${StoreTable.Arn}';

/** What every function may do: write its own log and its own traces. */
const telemetry = (logGroup: string) => ({
  [`\${${logGroup}.Arn}`]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  '*': ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
});

/** What fanning out takes: all connections, posts to them, and the queue for what is left. */
const fanOut = {
  [connections('POST')]: manage,
  '${DeliveriesQueue.Arn}': ['sqs:SendMessage'],
};
const readAndForget = ['dynamodb:BatchWriteItem', 'dynamodb:GetItem', 'dynamodb:Query'];
const readCountAndForget = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:Query',
];

test.each([
  ['authorizer', telemetry('WebSocketAuthorizerFunctionLog')],
  [
    'connect',
    {
      ...telemetry('WebSocketConnectFunctionLog'),
      [table]: ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [connections('POST')]: manage,
      [connections('DELETE')]: manage,
    },
  ],
  [
    'disconnect',
    { ...telemetry('WebSocketDisconnectFunctionLog'), [table]: ['dynamodb:DeleteItem'] },
  ],
  [
    'default',
    {
      ...telemetry('WebSocketDefaultFunctionLog'),
      [table]: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [connections('POST')]: manage,
      [connections('DELETE')]: manage,
    },
  ],
  [
    'broadcast',
    {
      ...telemetry('BroadcastFunctionLog'),
      ...fanOut,
      [table]: [...readAndForget, 'dynamodb:PutItem', 'dynamodb:UpdateItem'].sort(),
      '${RejectedEvents.Arn}': ['sqs:SendMessage'],
    },
  ],
  [
    'deliver',
    {
      ...telemetry('DeliveriesFunctionLog'),
      ...fanOut,
      [table]: readCountAndForget,
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
      [table]: readCountAndForget,
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
      [table]: ['dynamodb:DeleteItem', 'dynamodb:Query'],
      [connections('POST')]: manage,
      [connections('DELETE')]: manage,
      '${RejectedEvents.Arn}': ['sqs:SendMessage'],
    },
  ],
  ['health', { ...telemetry('HealthFunctionLog'), [table]: ['dynamodb:Query'] }],
  [
    'mock-agents',
    {
      ...telemetry('MockAgentsFunctionLog'),
      '${BroadcastEventBus.Arn}': ['events:PutEvents'],
    },
  ],
])('%s may do this and nothing else', (name, allowed) => {
  expect(allowedTo(template, functionOf(template, name).properties['Role'])).toEqual(allowed);
});

test('every function has a role of its own, which only Lambda assumes and no managed policy widens', () => {
  const roles = resourcesOf(template, 'AWS::Lambda::Function').map((f) => f.properties['Role']);
  expect(new Set(roles).size).toBe(10);
  for (const { id, properties } of resourcesOf(template, 'AWS::IAM::Role')) {
    if (!roles.includes(`\${${id}.Arn}`)) continue;
    expect(properties).not.toHaveProperty('ManagedPolicyArns');
    expect(properties['AssumeRolePolicyDocument']).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    });
  }
});

test.each(['heartbeat', 'mock-agents'])(
  'the schedule of %s may call that function alone',
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

test('no role may do everything of a service, and only traces are written without naming a resource', () => {
  const policies = resourcesOf(template, 'AWS::IAM::Policy');
  expect(policies).toHaveLength(12);
  const roles = resourcesOf(template, 'AWS::IAM::Role').map(({ id }) => `\${${id}.Arn}`);
  for (const allowed of roles.map((role) => allowedTo(template, role))) {
    expect(Object.values(allowed).flat().join()).not.toContain('*');
    expect((allowed['*'] ?? []).filter((action) => !action.startsWith('xray:'))).toEqual([]);
  }
});

test.each([
  ['connect', '/*$connect'],
  ['disconnect', '/*$disconnect'],
  ['default', '/*$default'],
  ['authorizer', '/authorizers/${WebSocketApiTokenAuthorizer}'],
])('%s can be called by API Gateway for its route alone', (name, route) => {
  const { properties } = resourceOf(template, 'AWS::Lambda::Permission', {
    FunctionName: { 'Fn::GetAtt': [logicalIdOf(name), 'Arn'] },
  });
  expect(properties).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: `arn:\${AWS::Partition}:execute-api:${account}:\${WebSocketApi}${route}`,
  });
});

function logicalIdOf(name: string): string {
  const found = template.findResources('AWS::Lambda::Function', {
    Properties: { FunctionName: `mission-control-${name}` },
  });
  return Object.keys(found)[0] ?? '';
}
