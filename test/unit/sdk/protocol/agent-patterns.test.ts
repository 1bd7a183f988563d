// Patterns: which texts are patterns, which agents they match, and the algebra of filters.
import fc from 'fast-check';
import {
  agentIdIn,
  filterOf,
  isPattern,
  isWithin,
  maxIdBytes,
  narrow,
  patternOf,
  utf8Length,
} from '#sdk/protocol';
import { anyCharacter } from '#test/support/data/any-text';

describe('isPattern', () => {
  it.each([
    'team-a/summarizer',
    'team-a/*',
    '*',
    ' ',
    '50\\*',
    '50\\**',
    '\\\\',
    '\\\\*',
    'C:\\\\agents\\\\*',
    'a\nb*',
    '[a-z]+(x|y)$^?',
    '__proto__',
    'constructor*',
    'ÄÖ🙂*',
    'x'.repeat(maxIdBytes),
    `${'x'.repeat(maxIdBytes)}*`,
    '\\*'.repeat(maxIdBytes),
    'ä'.repeat(maxIdBytes / 2),
  ])('accepts %j', (text) => {
    expect(isPattern(text)).toBe(true);
  });

  it.each([
    '',
    'team-*-nightly',
    '*team',
    '**',
    'a**',
    '\\',
    'a\\',
    'a\\b',
    '\\\\\\',
    'a\\*b*c',
    '\ud83d',
    '\ude42*',
    '\ude42\ud83d',
    'x'.repeat(maxIdBytes + 1),
    `${'x'.repeat(maxIdBytes + 1)}*`,
    'ä'.repeat(maxIdBytes / 2 + 1),
    '\\*'.repeat(maxIdBytes + 1),
    undefined,
    null,
    7,
    true,
    ['*'],
    { toString: () => '*' },
  ])('refuses %j', (value) => {
    expect(isPattern(value)).toBe(false);
  });

  it.each(['*', '\\', 'a*', '\\*x', 'x'])(
    'refuses 100,000 times %j, without backtracking',
    (text) => {
      expect(isPattern(text.repeat(100_000))).toBe(false);
    },
  );
});

it.each([
  [
    'team-a/*',
    ['team-a/', 'team-a/x', 'team-a/x/y', 'team-a/*'],
    ['team-a', 'Team-a/x', 'team-b/x', 'x/team-a/'],
  ],
  ['team-a/x', ['team-a/x'], ['team-a/x/', 'team-a/xy', 'team-a/X', 'team-a/']],
  ['*', ['x', '*', '\\', '__proto__', '🙂'], []],
  ['50\\*', ['50*'], ['50', '50\\*', '50x']],
  ['50\\**', ['50*', '50*x'], ['50', '50x']],
  ['\\\\*', ['\\', '\\x', '\\*'], ['*', 'x']],
  ['a.c', ['a.c'], ['abc']],
  ['é', ['é'], ['e\u0301']],
  ['__proto__', ['__proto__'], ['constructor']],
])('the pattern %j matches %j, and not %j', (pattern, matched, others) => {
  const filter = filterOf([pattern]);
  expect([...matched, ...others].filter((id) => filter.matches(id))).toEqual(matched);
});

it('matches no agent without a pattern, not even keys of an object', () => {
  const filter = filterOf([]);
  expect(['', 'x', '*', '__proto__', 'constructor'].filter((id) => filter.matches(id))).toEqual([]);
});

it.each([
  [
    ['b', 'a', 'b'],
    ['a', 'b'],
  ],
  [
    ['a/*', 'a/b', 'a/b/*', 'a'],
    ['a', 'a/*'],
  ],
  [['x', '*', 'y/*'], ['*']],
  [['a\\*', 'a*'], ['a*']],
  [['\\**', '\\*'], ['\\**']],
  [[], []],
])('the filter of %j has the patterns %j', (patterns, expected) => {
  expect(filterOf(patterns).patterns).toEqual(expected);
});

it('throws for a text that is no pattern, without repeating it', () => {
  expect(() => filterOf(['team-a/*', 'team-*-secret'])).toThrow(
    new TypeError('Expected an agent id, or a prefix that ends in *'),
  );
});

it('says the only agent of a pattern, and that a prefix has none', () => {
  expect(['a', '50\\*', 'a*', '*', '\\\\'].map(agentIdIn)).toEqual([
    'a',
    '50*',
    undefined,
    undefined,
    '\\',
  ]);
});

// Short texts of few characters, so that patterns cover each other, and ids are matched.
const letters = fc.constantFrom('a', 'b', '*', '\\', '/', '🙂');
const anyId = fc.oneof(
  fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
  fc.string({ unit: anyCharacter, minLength: 1 }),
);
const id = anyId.filter((text) => utf8Length(text) <= maxIdBytes && !/\p{Surrogate}/u.test(text));
const pattern = fc.oneof(
  id.map(patternOf),
  fc.oneof(id, fc.constant('')).map((prefix) => `${patternOf(prefix)}*`),
);
const patterns = fc.array(pattern, { maxLength: 6 });

/** What a pattern means, character by character, without the code under test. */
function isMatch(text: string, agentId: string): boolean {
  let literal = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '*') return agentId.startsWith(literal);
    if (text[at] === '\\') at += 1;
    literal += text[at] ?? '';
  }
  return agentId === literal;
}

it('matches exactly the agents that one of the patterns matches', () => {
  fc.assert(
    fc.property(patterns, id, (given, agentId) => {
      expect(filterOf(given).matches(agentId)).toBe(given.some((one) => isMatch(one, agentId)));
    }),
    { numRuns: 1000 },
  );
});

it('patternOf matches the agent, and no other', () => {
  fc.assert(
    fc.property(id, id, (agentId, other) => {
      expect(isPattern(patternOf(agentId))).toBe(true);
      expect(agentIdIn(patternOf(agentId))).toBe(agentId);
      const filter = filterOf([patternOf(agentId)]);
      expect(filter.matches(agentId)).toBe(true);
      expect(filter.matches(other)).toBe(other === agentId);
      expect(filter.matches(`${agentId}x`)).toBe(false);
    }),
  );
});

it('narrow matches the agents that both filters match, in either order', () => {
  fc.assert(
    fc.property(patterns, patterns, id, (some, others, agentId) => {
      const [one, other] = [filterOf(some), filterOf(others)];
      const both = narrow(one, other);
      expect(both.matches(agentId)).toBe(one.matches(agentId) && other.matches(agentId));
      expect(both.patterns).toEqual(narrow(other, one).patterns);
      expect(isWithin(both, one) && isWithin(both, other)).toBe(true);
      expect(filterOf(both.patterns).patterns).toEqual(both.patterns);
    }),
    { numRuns: 1000 },
  );
});

it('everything narrows nothing, and nothing leaves nothing', () => {
  fc.assert(
    fc.property(patterns, (given) => {
      const filter = filterOf(given);
      expect(narrow(filter, filterOf(['*'])).patterns).toEqual(filter.patterns);
      expect(narrow(filter, filterOf([])).patterns).toEqual([]);
    }),
  );
});

it('the patterns of a filter are idempotent, and do not depend on order or repetition', () => {
  const shuffled = patterns.chain((given) =>
    fc.tuple(
      fc.constant(given),
      fc.shuffledSubarray([...given, ...given], { minLength: given.length * 2 }),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([given, again]) => {
      const filter = filterOf(given);
      expect(filterOf(filter.patterns).patterns).toEqual(filter.patterns);
      expect(filterOf(again).patterns).toEqual(filter.patterns);
      expect(filter.patterns.every((one) => given.includes(one))).toBe(true);
    }),
  );
});

it('is within another filter exactly if narrowing by it changes nothing', () => {
  fc.assert(
    fc.property(patterns, patterns, id, (some, others, agentId) => {
      const [one, other] = [filterOf(some), filterOf(others)];
      const isInside = isWithin(one, other);
      expect(isInside).toBe(
        JSON.stringify(narrow(one, other).patterns) === JSON.stringify(one.patterns),
      );
      if (isInside && one.matches(agentId)) expect(other.matches(agentId)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

it('any text that is no pattern is refused, and any pattern compiles', () => {
  const text = fc.oneof(fc.string({ unit: letters }), fc.string({ unit: anyCharacter }));
  fc.assert(
    fc.property(text, (given) => {
      const compiled = () => filterOf([given]).patterns;
      if (isPattern(given)) expect(compiled()).toEqual([given]);
      else expect(compiled).toThrow(TypeError);
    }),
    { numRuns: 1000 },
  );
});
