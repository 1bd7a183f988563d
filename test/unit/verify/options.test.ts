// The options of `npm run verify`.
import { UsageError } from '#sdk/command/arguments';
import { parseOptions } from '#verify/options';

it('has defaults that bound each wait', () => {
  expect(parseOptions([])).toMatchObject({
    ...{ stage: undefined, times: 3, events: 10, isJson: false },
    ...{ timeoutMilliseconds: 15_000, heartbeatMilliseconds: 75_000 },
  });
});

it('returns nothing for --help', () => {
  expect(parseOptions(['--help'])).toBeUndefined();
});

it.each([
  [['live']],
  [['--stage', 'Live!']],
  [['--url', 'https://example.com']],
  [['--url', 'wss://name:password@example.com']],
  [['--health-url', 'example.com/health']],
  [['--times', '7']],
  [['--events', '0']],
  [['--timeout', '301']],
  [['--heartbeat-timeout', '0']],
])('refuses %j', (args) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
});
