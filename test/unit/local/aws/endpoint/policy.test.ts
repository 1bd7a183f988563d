// The decisions of IAM: only what a statement allows is allowed, and a Deny overrides every Allow.
import { authorize, decide } from '#local/aws/endpoint/policy';
import type { PolicyStatement } from '#local/template/resources/policy-document';

const allow = (Action: string | string[], Resource: string | string[] = '*'): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/t';

it.each<[string, PolicyStatement[], string]>([
  ['no statement', [], 'notAllowed'],
  ['another action', [allow('dynamodb:GetItem')], 'notAllowed'],
  ['another resource', [allow('dynamodb:PutItem', `${table}2`)], 'notAllowed'],
  ['the action', [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [table])], 'allowed'],
  ['the action in another letter case', [allow('DynamoDB:putitem')], 'allowed'],
  ['wildcards', [allow('dynamodb:P*', 'arn:aws:dynamodb:*:table/?')], 'allowed'],
  ['a deny after an allow', [allow('*'), { ...allow('dynamodb:*'), Effect: 'Deny' }], 'denied'],
])('decides by %s', (_, statements, decision) => {
  expect(decide(statements, 'dynamodb:PutItem', table)).toBe(decision);
});

it.each<[NonNullable<PolicyStatement['Condition']>, boolean]>([
  [{ StringEquals: { 'aws:SourceAccount': '000000000000' } }, true],
  [{ StringEquals: { 'aws:SourceAccount': '000000000001' } }, false],
  [{ StringEquals: { 'aws:SourceArn': 'arn:a*' } }, false],
  [{ ArnLike: { 'aws:SourceArn': ['x', 'arn:a*'] } }, true],
  [{ Bool: { 'aws:SecureTransport': 'false' } }, false],
  [{ StringEquals: { 'aws:Unknown': 'x' } }, false],
  [{ Null: { 'aws:Unknown': 'true' } }, true],
  [{ Null: { 'aws:Unknown': 'false' } }, false],
  [{ Null: { 'aws:SourceArn': 'false' } }, true],
  [{ Null: { 'aws:SourceArn': 'true' } }, false],
])('evaluates the condition %j to %s', (Condition, holds) => {
  const statement = { ...allow('*'), Condition };
  const context = { 'aws:SourceArn': 'arn:abc' };
  expect(decide([statement], 'a:B', '*', context)).toBe(holds ? 'allowed' : 'notAllowed');
});

it.each<[string, string | readonly string[] | undefined, boolean]>([
  ['one value', 'connections#1', true],
  ['each of several values', ['connections#1', 'census'], true],
  ['all but one of several values', ['connections#1', 'state#1'], false],
  ['another value', ['state#1'], false],
  // As on AWS. Therefore, a policy must not allow operations whose requests contain no key.
  ['a key that the request does not have', undefined, true],
])('evaluates ForAllValues:StringLike of %s', (_, actual, holds) => {
  const expected = { 'dynamodb:LeadingKeys': ['connections#*', 'census'] };
  const statement = { ...allow('*'), Condition: { 'ForAllValues:StringLike': expected } };
  const context = actual === undefined ? {} : { 'dynamodb:LeadingKeys': actual };
  expect(decide([statement], 'a:B', '*', context)).toBe(holds ? 'allowed' : 'notAllowed');
});

it.each<[string, PolicyStatement['Condition'], boolean]>([
  ['another role', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::0:role/other*' } }, false],
  ['this role', { ArnNotLike: { 'aws:PrincipalArn': ['arn:aws:iam::0:role/r?le', 'x'] } }, true],
  // A key that the request does not have matches no pattern.
  ['a missing key', { ArnNotLike: { 'aws:SourceArn': 'arn:*' } }, false],
  ['a source of several', { 'ForAnyValue:StringEquals': { 'events:source': 'b' } }, false],
  ['another source', { 'ForAnyValue:StringEquals': { 'events:source': 'c' } }, true],
  ['all sources', { 'ForAllValues:StringEquals': { 'events:source': ['a', 'b'] } }, false],
  ['one source of two', { 'ForAllValues:StringEquals': { 'events:source': ['a'] } }, true],
])('applies the policy of an event bus that denies %s', (_, Condition, allowed) => {
  const session = 'arn:aws:sts::0:assumed-role/role/session';
  const role = { arn: session, senderId: 's', permissions: [allow('events:PutEvents')] };
  const deny: PolicyStatement = { ...allow('*'), Effect: 'Deny', Principal: '*', Condition };
  const call = () => {
    authorize(role, 'events:PutEvents', 'arn:bus', {
      resourcePolicy: [deny],
      context: { 'events:source': ['a', 'b'] },
    });
  };
  if (allowed) expect(call).not.toThrow();
  else expect(call).toThrow('explicit deny in a resource-based policy');
});

it('refuses with the message of AWS', () => {
  const principal = { arn: 'arn:aws:sts::0:assumed-role/r/f', senderId: 's', permissions: [] };
  expect(() => {
    authorize(principal, 'dynamodb:PutItem', table);
  }).toThrow(
    `User: arn:aws:sts::0:assumed-role/r/f is not authorized to perform: dynamodb:PutItem on resource: ${table} because no identity-based policy allows the dynamodb:PutItem action`,
  );
});

it('applies resource-based policies: an Allow is sufficient without the policy of the role, and a Deny also applies to the developer', () => {
  const role = { arn: 'arn:role', senderId: 's', permissions: [] };
  const developer = { ...role, permissions: 'administrator' as const };
  const everyone = { Principal: { AWS: '*' } };
  const attempt = (who: typeof role | typeof developer, statements: PolicyStatement[]) => () => {
    authorize(who, 'sqs:SendMessage', 'arn:q', { resourcePolicy: statements });
  };
  expect(attempt(role, [{ ...allow('sqs:SendMessage'), ...everyone }])).not.toThrow();
  expect(attempt(role, [{ ...allow('*'), Principal: { AWS: 'arn:other' } }])).toThrow(
    'sqs:sendmessage',
  );
  expect(
    attempt(role, [{ ...allow('*'), Principal: { Service: 'events.amazonaws.com' } }]),
  ).toThrow();
  expect(attempt(developer, [{ ...allow('*'), ...everyone, Effect: 'Deny' }])).toThrow(
    'explicit deny',
  );
});
