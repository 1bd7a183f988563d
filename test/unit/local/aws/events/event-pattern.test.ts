// Event patterns match as EventBridge documents it, and unknown operators are refused.
import fc from 'fast-check';
import { compilePattern } from '#local/aws/events/event-pattern';

it.each<[unknown, unknown, boolean]>([
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
])('compares the pattern %j with the event %j: %s', (pattern, event, expected) => {
  expect(compilePattern(pattern)(event)).toBe(expected);
});

// As in event-ruler, the library that EventBridge uses: https://github.com/aws/event-ruler#json-array-matching
const employees = [
  { firstName: 'John', lastName: 'Doe' },
  { firstName: 'Anna', lastName: 'Smith' },
  { firstName: 'Peter', lastName: 'Jones' },
];
it.each<[unknown, unknown, boolean]>([
  [{ detail: { objs: { a: [1] } } }, { detail: { objs: [{ a: 1 }] } }, true],
  [{ detail: { objs: { a: [1] } } }, { detail: { objs: [{ b: 1 }, 7, { a: [0, 1] }] } }, true],
  [{ detail: { objs: { a: [1] } } }, { detail: { objs: [{ b: 1 }, { a: 2 }, 1] } }, false],
  [{ employees: { firstName: ['Anna'] } }, { employees }, true],
  [{ employees: { firstName: ['Anna'] } }, { employees: [employees, []] }, true],
  [{ employees: { firstName: ['Anna'], lastName: ['Smith'] } }, { employees }, true],
  [{ employees: { firstName: ['Anna'], lastName: ['Jones'] } }, { employees }, false],
  [{ employees: { firstName: ['Anna'], lastName: ['Jones'] } }, { employees: [employees] }, false],
  [{ a: { b: { c: [1] }, d: [2] } }, { a: [{ b: [{ c: 0 }, { c: 1 }], d: 2 }] }, true],
  [{ a: { b: { c: [1] }, d: [2] } }, { a: [{ b: { c: 1 } }, { d: 2 }] }, false],
  [{ a: { b: [1] }, x: { b: [2] } }, { a: [{ b: 1 }], x: [{ b: 0 }, { b: 2 }] }, true],
  [{ a: { b: [{ 'anything-but': 1 }] } }, { a: [{ b: 1 }, { b: 2 }] }, true],
  [{ a: [{ exists: true }] }, { a: [] }, false],
  [{ a: [{ exists: false }] }, { a: [] }, true],
  [{ a: [{ exists: true }] }, { a: [{ b: 1 }] }, false],
  [{ a: { b: [{ exists: false }] } }, { a: [{ c: 1 }, { b: 1 }] }, false],
  [{ a: { b: [{ exists: false }] } }, { a: [{ c: 1 }] }, true],
  [{ a: { b: [1], c: [{ exists: false }] } }, { a: [{ b: 1 }, { c: 1 }] }, true],
  [{ a: { b: [1], c: [{ exists: false }] } }, { a: [{ b: 1, c: 1 }, { c: 1 }] }, false],
  [{ a: [1, { exists: false }] }, { a: 2 }, false],
])('compares the pattern %j with the lists of the event %j: %s', (pattern, event, expected) => {
  expect(compilePattern(pattern)(event)).toBe(expected);
});

const names = fc.constantFrom('a', 'b', 'c');
const { json } = fc.letrec((again) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: 0, max: 3 }),
    fc.array(again('json'), { maxLength: 3 }),
    fc.dictionary(names, again('json'), { maxKeys: 3 }),
  ),
}));

/** A pattern of values of `event`. In each list, all of them are from the element that `choose` returns. */
function patternOf(event: unknown, choose: (count: number) => number): unknown {
  if (Array.isArray(event)) {
    return event.length === 0 ? undefined : patternOf(event[choose(event.length)], choose);
  }
  if (typeof event !== 'object' || event === null) return [event];
  const fields = Object.entries(event).flatMap(([name, value]) => {
    const inner = patternOf(value, choose);
    return inner === undefined ? [] : [[name, inner] as const];
  });
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

it('matches values from the same elements of lists, also if the event has further fields', () => {
  fc.assert(
    fc.property(
      fc.dictionary(names, json, { minKeys: 1 }),
      fc.dictionary(fc.constantFrom('x', 'y'), json),
      fc.nat(),
      (event, more, seed) => {
        const pattern = patternOf(event, (count) => seed % count);
        fc.pre(pattern !== undefined);
        expect(compilePattern(pattern)(event)).toBe(true);
        expect(compilePattern(pattern)({ ...more, ...event })).toBe(true);
      },
    ),
  );
});

it('does not match a combination of values from different elements of a list, at any depth', () => {
  const wrap = (depth: number, value: unknown): unknown =>
    depth === 0 ? value : [wrap(depth - 1, value)];
  fc.assert(
    fc.property(fc.nat(3), fc.nat(3), fc.nat(3), (around, left, right) => {
      const list = [wrap(left, { a: 1, b: 0 }), wrap(right, { a: 0, b: 2 })];
      const event = { list: wrap(around, list) };
      expect(compilePattern({ list: { a: [1], b: [2] } })(event)).toBe(false);
      expect(compilePattern({ list: { a: [1], b: [0] } })(event)).toBe(true);
    }),
  );
});

it.each([
  [{ a: [{ wildcard: '*' }] }, 'a uses wildcard'],
  [{ a: [{ cidr: '::/0' }] }, 'a uses cidr'],
  [{ $or: [{ a: [1] }] }, 'uses $or'],
  [{ a: { b: [{ prefix: { 'equals-ignore-case': 'x' } }] } }, 'a.b uses prefix without a string'],
  [{ a: [{ numeric: ['!', 1] }] }, 'a numeric must be pairs'],
  [{ a: [] }, 'a must list at least one value'],
  [{ a: 'x' }, 'a must be an object or a list'],
  [{ a: [{ exists: 1 }] }, 'a exists: true or false'],
])('refuses %j', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message);
});
