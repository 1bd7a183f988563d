// Options of all kinds, and the error message for each kind of mistake.
import fc from 'fast-check';
import { parseArguments, UsageError } from '#sdk/command/arguments';

const kinds = { port: 'text', claim: 'texts', verbose: 'flag' } as const;
const parse = (...args: string[]) => parseArguments(args, kinds);

it('reads options in any place, and positionals in order', () => {
  const given = parse('a', '--port', '1', '--claim=x=1', 'b', '--verbose', '--claim', 'y=2', 'c d');
  expect(given.positionals).toEqual(['a', 'b', 'c d']);
  expect(given.text('port')).toBe('1');
  expect(given.texts('claim')).toEqual(['x=1', 'y=2']);
  expect(given.flag('verbose')).toBe(true);
});

it('returns undefined, an empty list or false for an option that was not given', () => {
  const given = parse();
  expect(given.text('port')).toBeUndefined();
  expect(given.texts('claim')).toEqual([]);
  expect(given.flag('verbose')).toBe(false);
  expect(given.wholeNumber('port', 0, 9)).toBeUndefined();
});

it.each([['--port', '-10'], ['--port=-10']])('accepts a negative number: %s %s', (...args) => {
  expect(parse(...args).wholeNumber('port', -10, 0)).toBe(-10);
});

it('accepts a value that begins with a dash after an equals sign', () => {
  expect(parse('--port=--verbose').text('port')).toBe('--verbose');
});

it('treats everything after -- as positionals', () => {
  expect(parse('a', '--', '--port', '- b').positionals).toEqual(['a', '--port', '- b']);
});

it.each([
  [['--prot', '1'], 'Unknown option --prot. Put -- before a text that begins with a dash.'],
  [['-p'], 'Unknown option -p. Put -- before a text that begins with a dash.'],
  [['--constructor'], 'Unknown option --constructor. Put'],
  [['--port'], '--port needs a value.'],
  [['--port='], '--port needs a value.'],
  [['--port', '--verbose'], '--port needs a value.'],
  [['--verbose=yes'], '--verbose takes no value.'],
  [['--port', '1', '--port', '2'], '--port is given twice.'],
])('refuses %j: %s', (args, sentence) => {
  expect(() => parse(...args)).toThrow(sentence);
  expect(() => parse(...args)).toThrow(UsageError);
});

it.each(['x', '1.5', '1e3', '0x10', ' 1', '-1', '10', '9'.repeat(20)])(
  'refuses %j as a whole number from 0 to 9',
  (text) => {
    const given = parse(`--port=${text}`);
    expect(() => given.wholeNumber('port', 0, 9)).toThrow(
      '--port must be a whole number from 0 to 9.',
    );
  },
);

it('parses any arguments or throws a UsageError', () => {
  const argument = fc.oneof(
    fc.string(),
    fc.constantFrom('--port', '--claim', '--verbose', '--', '-', '--port=', '-1'),
  );
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      try {
        parse(...args);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
  );
});
