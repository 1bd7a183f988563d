// The options of the measurements of pages, and the medians of their runs.
import { mediansOf, parsePageOptions } from '#bench/pages';
import { parseArguments } from '#sdk/command/arguments';

const optionsOf = (...args: string[]) =>
  parsePageOptions(
    parseArguments(args, {
      ...{ agents: 'text', 'events-per-second': 'text', seconds: 'text', runs: 'text' },
    }),
  );

it('measures 2,000 agents and 200 events a second, in 3 runs of 10 seconds, if no option says otherwise', () => {
  expect(optionsOf()).toEqual({ agents: 2_000, eventsPerSecond: 200, seconds: 10, runs: 3 });
  expect(
    optionsOf('--agents', '5', '--events-per-second', '6', '--seconds', '7', '--runs', '8'),
  ).toEqual({ agents: 5, eventsPerSecond: 6, seconds: 7, runs: 8 });
});

it('returns one result for each variant, in the order of the runs, with the median of each named number', () => {
  const run = (variant: string, share: number, nodes: number) => ({ variant, share, nodes });
  const results = [
    ...[run('before', 0.9, 30), run('now', 0.3, 3)],
    ...[run('before', 0.1, 10), run('now', 0.1, 1)],
    ...[run('before', 0.5, 20), run('now', 0.2, 2)],
  ];
  expect(mediansOf(results, ['share', 'nodes'])).toEqual([
    run('before', 0.5, 20),
    run('now', 0.2, 2),
  ]);
});
