// Who may report on the bus, and who may send operators' events.
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { MissionControlRealtime } from '../../infra/mission-control-realtime';
import { foreignApp, resourcesOf, synthesize } from './synthesized';

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

test('is whoever their own policy allows, as long as nobody is named', () => {
  expect(statementsOf(synthesize({ useMockData: true }).template)).toEqual([]);
});

test('are those who are named, each for one source; of other accounts they get the leave that they need', () => {
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

test('is changed statement by statement: a bus refuses two changes at once', () => {
  const { template } = synthesize({ reporterArns: backend, operatorArns: operator });
  const policies = resourcesOf(template, 'AWS::Events::EventBusPolicy');
  const ids = policies.map(({ id }) => id);
  expect(policies.map(({ dependsOn }) => dependsOn)).toEqual([
    [],
    ...ids.slice(0, -1).map((id) => [id]),
  ]);
});

test('only who is named of the one kind is kept to it', () => {
  expect(statementsOf(synthesize({ operatorArns: operator }).template)).toHaveLength(2);
});

test('the invented agents need not be named', () => {
  const { template } = synthesize({ useMockData: true, reporterArns: backend });
  expect(statementsOf(template)[0]).toMatchObject({
    Condition: { ArnNotLike: { 'aws:PrincipalArn': [backend, '${MockAgentsFunctionRole.Arn}'] } },
  });
});

test('a role of the same app can be named before it has an ARN', () => {
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
