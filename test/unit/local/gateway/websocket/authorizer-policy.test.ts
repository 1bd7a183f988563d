// What policy documents allow, and which of them are malformed.
import { evaluatePolicy } from '#local/gateway/websocket/authorizer-policy';
import { methodArn } from '#test/support/local/fake-apis';

const statement = (Effect: string, Resource: unknown, Action: unknown = 'execute-api:Invoke') => ({
  Effect,
  Action,
  Resource,
});
const judge = (...Statement: unknown[]) =>
  evaluatePolicy({ Version: '2012-10-17', Statement }, methodArn);

it.each([
  ['the exact ARN', methodArn],
  ['an asterisk', '*'],
  ['a pattern', 'arn:aws:execute-api:*:123456789012:abcdef1234/*'],
  ['a question mark for one letter', methodArn.replace('live', 'liv?')],
  ['a list', ['arn:other', methodArn]],
])('allows %s', (_name, resource) => {
  expect(judge(statement('Allow', resource))).toBe('allow');
});

it.each([
  ['another ARN', methodArn.replace('abcdef1234', 'other')],
  ['a prefix', methodArn.slice(0, -1)],
  ['a text that would match as a regular expression', methodArn.replace('$connect', '.connect')],
  ['another letter case', methodArn.toUpperCase()],
])('denies %s', (_name, resource) => {
  expect(judge(statement('Allow', resource))).toBe('deny');
});

it.each([['execute-api:*'], ['*'], ['EXECUTE-API:invoke'], [['s3:Get*', 'execute-api:Inv*']]])(
  'allows the action %j',
  (action) => {
    expect(judge(statement('Allow', '*', action))).toBe('allow');
  },
);

it('ignores other actions', () => {
  expect(judge(statement('Allow', '*', 'execute-api:ManageConnections'))).toBe('deny');
});

it('denies what a Deny statement matches, and everything without a statement', () => {
  expect(judge(statement('Allow', '*'), statement('Deny', methodArn))).toBe('deny');
  expect(judge(statement('Allow', '*'), statement('Deny', 'arn:other'))).toBe('allow');
  expect(judge()).toBe('deny');
});

it('accepts a single statement that is not in a list', () => {
  expect(evaluatePolicy({ Statement: statement('Allow', '*') }, methodArn)).toBe('allow');
});

it.each([
  ['nothing', undefined],
  ['a text', '{}'],
  ['no statement', {}],
  ['an unknown effect', { Statement: [statement('allow', '*')] }],
  ['no resource', { Statement: [{ Effect: 'Allow', Action: '*' }] }],
  ['an empty list of resources', { Statement: [statement('Allow', [])] }],
  ['a condition', { Statement: [{ ...statement('Allow', '*'), Condition: {} }] }],
])('rejects %s as malformed', (_name, document) => {
  expect(evaluatePolicy(document, methodArn)).toBeUndefined();
});
