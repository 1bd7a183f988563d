// Declares the tests of environments: the same checks in each of them.
import type { Checks } from './programs/checks';
import type { Results } from './programs/test';
import { installMilliseconds } from './projects';
import type { Visit } from './service';

/** An environment in which a program makes checks. */
export interface Running {
  readonly visit: Visit;
  /** Ends it. Returns errors that nobody has handled, and what else it has complained of. */
  readonly end: () => Promise<readonly string[]>;
}

/** @param environments for each name, what loads the program that makes the checks */
export function describeEnvironments(
  environments: Readonly<Record<string, () => Promise<Running>>>,
  checks: Checks<never>,
): void {
  describe.each(Object.entries(environments))('%s', (_name, load) => {
    let running: Running;
    let results: Results;
    beforeAll(async () => {
      running = await load();
      results = await running.visit.results;
    }, installMilliseconds);

    it.each(Object.keys(checks))('%s', (sentence) => {
      expect(results[sentence] ?? 'not made').toBe('passed');
    });

    it('ends without a complaint', async () => {
      await expect(running.end()).resolves.toEqual([]);
    });
  });
}
