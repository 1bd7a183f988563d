// The table that `hooks` prints, and the options that it refuses.
import { formatHooksTable, measureHooks } from '#bench/hooks/command';
import type { HooksResult } from '#bench/hooks/hooks';
import { parseArguments } from '#sdk/command/arguments';

const result = (changes: Partial<HooksResult>): HooksResult => ({
  variant: 'useSessions',
  agents: 2_000,
  eventsPerSecond: 200,
  rendersPerSecond: 59.6,
  framesPerSecond: 60.1,
  scriptShare: 0.04,
  ...changes,
});

it('prints a table that compares the time of scripts with that of the hook', () => {
  const table = formatHooksTable([
    result({}),
    result({ variant: 'listener', rendersPerSecond: 198, scriptShare: 0.1 }),
  ]);
  const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells[2]).toEqual(['', 'useSessions', '2,000', '60', '60', '4.0', '1.00', '']);
  expect(cells[3]).toEqual(['', 'listener', '2,000', '198', '60', '10.0', '2.50', '']);
});

it('refuses an unknown variant, and lists the valid ones', async () => {
  const output = { print: () => undefined, complain: () => undefined };
  const types = { agents: 'text', seconds: 'text', runs: 'text', variant: 'texts' } as const;
  const given = parseArguments(['--variant', 'fast'], { ...types, 'events-per-second': 'text' });
  await expect(measureHooks(given, output)).rejects.toThrow(
    '--variant of hooks must be one of useSessions, useAgents, filter, useEvents, useAgent, listener.',
  );
});
