// The scope in a claim: which values are accepted as which patterns, and that everything else is refused.
import fc from 'fast-check';
import { readScope } from '#core/auth/read-scope';
import { filterOf, isPattern, utf8Length } from '#sdk/protocol';
import { anyCharacter } from '#test/support/data/any-text';

const claim = 'agents';
const read = (value: unknown, template?: string) =>
  readScope({ [claim]: value }, { claim, template });
/** As it comes out of a token: `__proto__` is a key like any other. */
const parsed = (json: string) => JSON.parse(json) as Record<string, unknown>;

describe('without a template', () => {
  it.each([
    ['one pattern', 'team-a/*', ['team-a/*']],
    [
      'several with spaces between them',
      ' team-a/*  shared\tteam-b/* ',
      ['shared', 'team-a/*', 'team-b/*'],
    ],
    ['a list', ['team-b/*', 'shared'], ['shared', 'team-b/*']],
    ['a list whose value has a space', ['team a/*'], ['team a/*']],
    ['everything', '*', ['*']],
    ['everything, and more', ['team-a/*', '*'], ['*']],
    ['patterns of which one covers the other', 'team-a/x team-a/*', ['team-a/*']],
    ['the same twice', ['shared', 'shared'], ['shared']],
    ['an escaped asterisk', ['50\\*'], ['50\\*']],
    ['characters of regular expressions', ['team-[ab].(x|y)+$', '.*'], ['.*', 'team-[ab].(x|y)+$']],
  ])('accepts %s', (_what, value, scope) => {
    expect(read(value)).toEqual({ ok: true, scope });
  });

  it('does not give characters of regular expressions a meaning', () => {
    const verdict = read(['team-[ab]/*', '.*']);
    const filter = filterOf(verdict.ok ? verdict.scope : []);
    expect(['team-a/x', 'team-[ab]/x', 'x', '.x'].map((id) => filter.matches(id))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it('distinguishes case, also of letters without one-to-one capitals', () => {
    const verdict = read(['Team-A/*', 'ı', 'ß']);
    const filter = filterOf(verdict.ok ? verdict.scope : []);
    expect(
      ['team-a/x', 'TEAM-A/x', 'I', 'i', 'SS', 'ss'].map((id) => filter.matches(id)),
    ).not.toContain(true);
  });

  it.each([
    ['no claim', undefined, 'scope_missing'],
    ['null', null, 'scope_missing'],
    ['an empty text', '', 'scope_missing'],
    ['a blank text', ' \t\n ', 'scope_missing'],
    ['an empty list', [], 'scope_missing'],
    ['a number', 7, 'scope_invalid'],
    ['true', true, 'scope_invalid'],
    ['false', false, 'scope_invalid'],
    ['an object', { 0: '*', length: 1 }, 'scope_invalid'],
    ['a nested list', [['team-a/*']], 'scope_invalid'],
    ['a list with null', ['team-a/*', null], 'scope_invalid'],
    ['a list with a number', ['team-a/*', 7], 'scope_invalid'],
    ['a list with an object', ['team-a/*', { toString: '*' }], 'scope_invalid'],
    ['a list with an empty text', ['team-a/*', ''], 'scope_invalid'],
    ['an asterisk inside', 'team-*-nightly', 'scope_invalid'],
    ['an asterisk at the start', '*/team-a', 'scope_invalid'],
    ['two asterisks', '**', 'scope_invalid'],
    ['one invalid pattern among others', 'team-a/* b*c', 'scope_invalid'],
    ['a lone backslash', 'team-a\\', 'scope_invalid'],
    ['an escaped letter', 'team-\\a', 'scope_invalid'],
    ['a lone high surrogate', '\ud83d*', 'scope_invalid'],
    ['a lone low surrogate', ['\ude42'], 'scope_invalid'],
    ['a prefix that no id can have', `${'x'.repeat(129)}*`, 'scope_invalid'],
    ['a list as JSON text', '["*"]', 'scope_invalid'],
    ['1,025 bytes', sized(1025), 'scope_too_large'],
    ['10,000 patterns', Array.from({ length: 10_000 }, (_, n) => `agent-${n}`), 'scope_too_large'],
    ['10,000 patterns in a text', Array(10_000).fill('a*').join(' '), 'scope_too_large'],
  ])('refuses %s', (_what, value, code) => {
    expect(read(value)).toEqual({ ok: false, code });
  });

  it('accepts 1,024 bytes', () => {
    expect(read(sized(1024))).toMatchObject({ ok: true });
  });

  it('refuses 10,000 patterns without comparing them with each other', () => {
    const patterns = Array.from({ length: 10_000 }, (_, n) => `agent-${n}`);
    const startsWith = jest.spyOn(String.prototype, 'startsWith');
    read(patterns);
    expect(startsWith).not.toHaveBeenCalled();
    startsWith.mockRestore();
  });

  it.each(['\u00a0', '\u2003', '\u200b', '\ufeff', '\u3000', '\u0000', '\u2028'])(
    'does not split a text at %j',
    (character) => {
      expect(read(`team-a${character}*`)).toEqual({ ok: true, scope: [`team-a${character}*`] });
    },
  );
});

describe('with a template', () => {
  it.each([
    ['{value}/*', ['team-a', 'team-b'], ['team-a/*', 'team-b/*']],
    ['{value}/*', 'team-a team-b', ['team-a/*', 'team-b/*']],
    ['{value}', ['team-a/*'], ['team-a/*']],
    ['org-1/{value}', ['x'], ['org-1/x']],
    ['{value}/*', ['*'], ['\\*/*']],
    ['{value}/*', ['a*'], ['a\\*/*']],
    ['{value}/*', ['a\\'], ['a\\\\/*']],
    ['{value}*', ['\\*'], ['\\\\\\**']],
    ['{value}/*', ['{value}'], ['{value}/*']],
    ['{value}/*', ["$&$'$`$1$<x>"], ["$&$'$`$1$<x>/*"]],
    ['{value}/*', [' '], [' /*']],
  ])('%s makes of %j the patterns %j', (template, value, scope) => {
    expect(read(value, template)).toEqual({ ok: true, scope });
  });

  it.each([
    ['an empty name, which would leave a wildcard', [''], 'scope_invalid'],
    ['an empty name among others', ['team-a', ''], 'scope_invalid'],
    ['a lone surrogate', ['\ud83d'], 'scope_invalid'],
    ['a name that makes too long an id', ['x'.repeat(128)], 'scope_invalid'],
    ['names that are too long only together with the template', names(1024), 'scope_too_large'],
    ['no name', [], 'scope_missing'],
  ])('refuses %s', (_what, value, code) => {
    expect(read(value, 'org-1/{value}/*')).toEqual({ ok: false, code });
  });

  it('no name can widen what the template allows', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.string({ unit: fc.constantFrom('*', '\\', '/', '{value}', '$&', 'a') }),
    );
    fc.assert(
      fc.property(text, text, (name, other) => {
        const verdict = read([name], 'org-1/{value}/*');
        if (!verdict.ok) return;
        const filter = filterOf(verdict.scope);
        expect(filter.matches(`org-1/${name}/${other}`)).toBe(true);
        expect(filter.matches(other)).toBe(other.startsWith(`org-1/${name}/`));
      }),
    );
  });
});

describe('the name of the claim', () => {
  it.each(['cognito:groups', 'https://example.com/agents', 'a.b', 'a/b', 'agents[0]', 'Agents'])(
    'is taken literally: %s',
    (name) => {
      const claims = { [name]: ['x'], agents: ['other'], a: { b: ['other'] }, groups: ['other'] };
      expect(readScope(claims, { claim: name })).toEqual({ ok: true, scope: ['x'] });
    },
  );

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'is not found on the prototype: %s',
    (name) => {
      const rule = { claim: name };
      expect(readScope(parsed('{"sub":"alice"}'), rule)).toEqual({
        ok: false,
        code: 'scope_missing',
      });
      expect(readScope(parsed(`{"${name}":["x"]}`), rule)).toEqual({ ok: true, scope: ['x'] });
    },
  );

  it('is not found in the value of __proto__', () => {
    const claims = parsed('{"__proto__":{"agents":["*"]}}');
    expect(readScope(claims, { claim })).toEqual({ ok: false, code: 'scope_missing' });
  });
});

it('returns a scope of at most 1,024 bytes of patterns in the form of a filter, or a refusal, for any claim', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.string({ unit: anyCharacter })),
    fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\', ' ') }), { maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\', ' ') }),
  );
  const templates = fc.constantFrom(undefined, '{value}', '{value}/*', 'a{value}*', '\\*{value}');
  fc.assert(
    fc.property(value, templates, (given, template) => {
      const verdict = read(given, template);
      if (!verdict.ok) return;
      const { scope } = verdict;
      expect(scope.length).toBeGreaterThan(0);
      expect(scope.every(isPattern)).toBe(true);
      expect(filterOf(scope).patterns).toEqual(scope);
      expect(utf8Length(JSON.stringify(scope))).toBeLessThanOrEqual(1024);
    }),
  );
});

/** Patterns whose JSON text has this many bytes. */
function sized(bytes: number): string[] {
  const patterns = Array.from({ length: 9 }, (_, n) => `${n}${'ä'.repeat(50)}`);
  return [...patterns, 'x'.repeat(bytes - JSON.stringify([...patterns, '']).length - 9 * 50)];
}

/** Names whose JSON text has at most this many bytes, and almost as many. */
function names(bytes: number): string[] {
  return Array.from({ length: Math.floor(bytes / 9) }, (_, n) => `t${String(n).padStart(5, '0')}`);
}
