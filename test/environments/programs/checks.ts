// Makes a list of checks, one after the other, in the environment that this file is bundled for.
import { connectToTest, type Test } from './test';

/** What must hold, as a sentence, and a function that rejects if it does not. */
export type Checks<Stage> = Readonly<Record<string, (stage: Stage) => unknown>>;

/** The timer of the environment itself: leftovers.ts counts those of the client. */
const { setTimeout: after } = globalThis;

/**
 * Makes the checks, and tells the test the results. After the first that fails, no other is made, because each begins where the
 * one before has ended.
 */
export async function makeChecks<Stage>(
  checks: Checks<Stage>,
  prepare: (test: Test) => Stage | Promise<Stage>,
): Promise<void> {
  const test = await connectToTest();
  const results: Record<string, string> = {};
  let [current = ''] = Object.keys(checks);
  try {
    const stage = await prepare(test);
    for (const [sentence, check] of Object.entries(checks)) {
      current = sentence;
      await check(stage);
      results[sentence] = 'passed';
    }
  } catch (error) {
    results[current] = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
  await test.finish(results);
}

/**
 * Resolves as soon as `isTrue` returns true.
 * @param what the condition, for the error
 * @param seen returns what the error should show
 */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  seen: () => unknown = () => '',
): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`Not in 30 s: ${what}. ${JSON.stringify(seen())}`);
    await new Promise((resolve) => after(resolve, 20));
  }
}

/** Throws unless both values are the same as JSON. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`);
}
