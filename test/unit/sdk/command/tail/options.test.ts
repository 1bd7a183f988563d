// The options of `tail`, and the sentence for each mistake.
import fc from 'fast-check';
import { UsageError } from '#sdk/command/arguments';
import { parseOptions } from '#sdk/command/tail/options';

it('has a default for each option', () => {
  expect(parseOptions([])).toEqual({
    agents: undefined,
    sinceMilliseconds: undefined,
    isJson: false,
    url: 'ws://localhost:3000',
  });
});

it('reads all options, and --agent several times', () => {
  const args = ['--agent', 'team-a/*', '--json', '--agent=b', '--url', 'wss://x.example/live?a=b'];
  expect(parseOptions([...args, '--since', '10m'])).toEqual({
    agents: ['team-a/*', 'b'],
    sinceMilliseconds: 600_000,
    isJson: true,
    url: 'wss://x.example/live?a=b',
  });
});

it.each([
  ['0s', 0],
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('reads --since %s as %i milliseconds', (text, milliseconds) => {
  expect(parseOptions(['--since', text])?.sinceMilliseconds).toBe(milliseconds);
});

it('returns nothing for --help, whatever else is given', () => {
  expect(parseOptions(['--help', '--since', 'soon', 'x'])).toBeUndefined();
});

it.each([
  [['x'], "tail takes options only. Quote a pattern: --agent 'team-a/*'."],
  [['--agent', 'a', 'b'], "tail takes options only. Quote a pattern: --agent 'team-a/*'."],
  [['--agents', 'a'], 'Unknown option --agents.'],
  [['--agent'], '--agent needs a value.'],
  [['--agent', 'a*b'], '--agent must be an agent id, or a prefix that ends in *.'],
  [['--agent', 'x'.repeat(300)], '--agent must be an agent id, or a prefix that ends in *.'],
  [
    Array.from({ length: 101 }, (_, index) => `--agent=${index}`),
    'There may be at most 100 patterns, in at most 4096 bytes of JSON.',
  ],
  [
    Array.from({ length: 50 }, (_, index) => `--agent=${index}${'x'.repeat(90)}`),
    'There may be at most 100 patterns, in at most 4096 bytes of JSON.',
  ],
  [['--json=yes'], '--json takes no value.'],
  ...['10', 'm', '1.5m', '-1m', '10 m', '1w', '1M', '10m5s', '9'.repeat(20) + 's'].map(
    (since): [string[], string] => [
      [`--since=${since}`],
      '--since must be a whole number with s, m, h or d, e.g. 10m.',
    ],
  ),
  ...[
    'localhost:3000',
    'http://localhost:3000',
    'ws://',
    'ws:///x',
    'ws://user:secret@example.com',
    'ws://example.com/#x',
    'ws://exa mple.com',
    'ws://example.com:99999',
  ].map((url): [string[], string] => [
    [`--url=${url}`],
    '--url must be the URL of a WebSocket, e.g. wss://example.com/live or ws://localhost:3000.',
  ]),
])('refuses %j: %s', (args, sentence) => {
  expect(() => parseOptions(args)).toThrow(sentence);
  expect(() => parseOptions(args)).toThrow(UsageError);
});

it('parses any arguments, or throws a UsageError', () => {
  const argument = fc.oneof(
    fc.string(),
    fc.constantFrom('--agent', '--json', '--url', '--since', '--since=1m', '--agent=a*', '--'),
  );
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 5 }), (args) => {
      try {
        parseOptions(args);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
  );
});
