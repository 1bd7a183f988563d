// Runs before each test file: disables the AsyncLocalStorage of each earlier file. Jest creates one for each file, to know
// which test has failed, and never disables it. Before Node.js 24, each of them slows down every promise of the process: with
// thirty, a promise takes thirty times as long as with one.
import { AsyncLocalStorage } from 'node:async_hooks';

type Contexts = Set<AsyncLocalStorage<unknown>>;

// All test files of a process share the modules of Node.js, so the list of earlier files is stored there.
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
