// Event patterns match what EventBridge documents, and an operator that is not known is refused.
import { compilePattern } from '../../../../local/aws/events/event-pattern';

test.each<[unknown, unknown, boolean]>([
  [{ source: ['a', 'b'] }, { source: 'b' }, true],
  [{ source: ['a'] }, { source: 'b' }, false],
  [{ source: ['a'] }, {}, false],
  [{ source: ['a'], kind: ['x'] }, { source: 'a', kind: 'y' }, false],
  [{ detail: { status: ['on'] } }, { detail: { status: 'on', other: 1 } }, true],
  [{ detail: { status: ['on'] } }, { detail: 'on' }, false],
  [{ tags: ['a'] }, { tags: ['b', 'a'] }, true],
  [{ n: [1] }, { n: '1' }, false],
  [{ n: [null] }, { n: null }, true],
  [{ n: [null] }, {}, false],
  [{ s: [{ prefix: 'ab' }] }, { s: 'abc' }, true],
  [{ s: [{ prefix: 'ab' }] }, { s: 'ba' }, false],
  [{ s: [{ suffix: 'bc' }] }, { s: 'abc' }, true],
  [{ s: [{ 'equals-ignore-case': 'AB' }] }, { s: 'aB' }, true],
  [{ s: [{ 'anything-but': 'a' }] }, { s: 'b' }, true],
  [{ s: [{ 'anything-but': ['a', 'b'] }] }, { s: 'b' }, false],
  [{ s: [{ 'anything-but': { prefix: 'a' } }] }, { s: 'ab' }, false],
  [{ s: [{ 'anything-but': 'a' }] }, {}, false],
  [{ s: [{ exists: true }] }, { s: '' }, true],
  [{ s: [{ exists: true }] }, { s: { t: 1 } }, false],
  [{ s: [{ exists: false }] }, {}, true],
  [{ n: [{ numeric: ['>', 1, '<=', 3] }] }, { n: 3 }, true],
  [{ n: [{ numeric: ['>', 1, '<=', 3] }] }, { n: 1 }, false],
  [{ n: [{ numeric: ['=', 1] }] }, { n: '1' }, false],
])('%j on %j: %s', (pattern, event, expected) => {
  expect(compilePattern(pattern)(event)).toBe(expected);
});

test.each([
  [{ a: [{ wildcard: '*' }] }, 'a uses wildcard'],
  [{ a: [{ cidr: '::/0' }] }, 'a uses cidr'],
  [{ $or: [{ a: [1] }] }, 'uses $or'],
  [{ a: { b: [{ prefix: { 'equals-ignore-case': 'x' } }] } }, 'a.b uses prefix without a string'],
  [{ a: [{ numeric: ['!', 1] }] }, 'a numeric must be pairs'],
  [{ a: [] }, 'a must list at least one value'],
  [{ a: 'x' }, 'a must be an object or a list'],
  [{ a: [{ exists: 1 }] }, 'a exists: true or false'],
])('%j is refused', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});
