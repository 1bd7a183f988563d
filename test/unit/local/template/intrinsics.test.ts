// Intrinsic functions return what CloudFormation documents, and errors name what is not supported.
import { resolve, type Scope } from '#local/template/intrinsics';
import { noValue } from '#local/template/pseudo-parameters';
import { TemplateError } from '#local/template/template';

const place = { logicalId: 'Thing', type: 'AWS::Test::Thing' };
const refs: Record<string, unknown> = { Name: 'n', Nothing: noValue, List: ['a', 'b'] };
const scope: Scope = {
  ref(name, where) {
    if (!(name in refs)) throw new TemplateError(where, `no ${name}`);
    return refs[name];
  },
  attribute: (logicalId, attribute) => `${logicalId}/${attribute}`,
  condition: (name) => name === 'Yes',
};
const plain = (value: unknown) => resolve(value, scope, place);

it.each([
  [{ Ref: 'Name' }, 'n'],
  [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Queue/Arn'],
  [{ 'Fn::GetAtt': 'Queue.Arn' }, 'Queue/Arn'],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'Name' }, 3]] }, 'a-n-3'],
  [{ 'Fn::Join': ['', { Ref: 'List' }] }, 'ab'],
  [{ 'Fn::Split': [':', { 'Fn::GetAtt': ['a:b', 'c'] }] }, ['a', 'b/c']],
  [{ 'Fn::Select': [1, { 'Fn::Split': [',', 'x,y'] }] }, 'y'],
  [{ 'Fn::Select': ['0', ['x']] }, 'x'],
  [{ 'Fn::Sub': 'p-${Name}-${Queue.Arn}-${!Kept}' }, 'p-n-Queue/Arn-${Kept}'],
  [{ 'Fn::Sub': ['${Given}${Name}', { Given: { Ref: 'Name' } }] }, 'nn'],
  [{ 'Fn::If': ['Yes', { Ref: 'Name' }, 'no'] }, 'n'],
  [{ 'Fn::If': ['No', { Ref: 'Missing' }, 'no'] }, 'no'],
  [{ a: { Ref: 'Nothing' }, b: [{ Ref: 'Nothing' }, 1] }, { b: [1] }],
  [
    { Condition: { StringEquals: { key: { Ref: 'Name' } } } },
    { Condition: { StringEquals: { key: 'n' } } },
  ],
])('resolves %j to %j', (value, expected) => {
  expect(plain(value)).toEqual(expected);
});

it.each([
  [{ 'Fn::Cidr': [] }, 'the intrinsic function Fn::Cidr is not known to it'],
  [{ 'Fn::Join': ['-'] }, 'Fn::Join must have a delimiter and a list of strings'],
  [{ 'Fn::Join': ['-', [{ a: 1 }]] }, 'Fn::Join must have'],
  [{ 'Fn::Select': [2, ['x']] }, 'Fn::Select must have an index within the list'],
  [{ 'Fn::Sub': 5 }, 'Fn::Sub must have a string'],
  [{ 'Fn::If': ['Yes'] }, 'Fn::If must have a condition and two values'],
  [{ Ref: 'Missing' }, 'no Missing'],
])('refuses %j with an error that names the resource', (value, message) => {
  expect(() => plain({ deep: [value] })).toThrow(`Thing (AWS::Test::Thing): ${message}`);
});
