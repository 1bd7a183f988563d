// Runs before each test file: switches off what the files before it have left on. To know which test has failed, jest
// keeps an AsyncLocalStorage for each file, and never disables it. Before Node.js 24, each of them slows every promise
// of the process down: with thirty, a promise takes thirty times as long as with one.
import { AsyncLocalStorage } from 'node:async_hooks';

type Contexts = Set<AsyncLocalStorage<unknown>>;

// Node.js is the same for all test files of a process: that is where one finds what those before it have used.
const known = Symbol.for('mission-control: contexts of test files');
const shared = AsyncLocalStorage as unknown as Record<symbol, Contexts | undefined>;

for (const context of shared[known] ?? recordContexts()) context.disable();
shared[known]?.clear();

function recordContexts(): Contexts {
  const contexts: Contexts = new Set();
  shared[known] = contexts;
  const prototype = AsyncLocalStorage.prototype as {
    run(this: AsyncLocalStorage<unknown>, ...args: unknown[]): unknown;
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own context below
  const { run } = prototype;
  prototype.run = function (...args) {
    contexts.add(this);
    return run.apply(this, args);
  };
  return contexts;
}
