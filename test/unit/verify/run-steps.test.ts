// How steps run one after the other, and what of them is reported.
import { runSteps } from '#verify/run-steps';
import type { Run, Step } from '#verify/step';
import { DoesNotHold, NotChecked } from '#verify/verdicts';

const interruption = () => new AbortController();

function runWith(signal: AbortSignal): Run {
  const service = { token: 'aa.bb.cc', expiredToken: undefined };
  return { service, signal, known: { opened: new Set() } } as unknown as Run;
}

const step = (name: string, run: Step['run']): Step => ({ name, run });
const held = step('held', () => Promise.resolve([1, 3]));
const cleanUp = step('clean-up', ({ signal }) => {
  signal.throwIfAborted();
  return Promise.resolve([]);
});

async function outcomes(steps: readonly Step[], { signal } = interruption()) {
  const reported: unknown[] = [];
  const results = await runSteps({
    ...{ steps, cleanUp, run: runWith(signal) },
    report: (result) => reported.push(result),
  });
  expect(reported).toEqual(results);
  return results;
}

it('runs all steps after one that fails, and the clean-up', async () => {
  const failing = step('failing', () => Promise.reject(new DoesNotHold('a', 'b')));
  const skipped = step('skipped', () => Promise.reject(new NotChecked('why')));
  await expect(outcomes([failing, skipped, held])).resolves.toEqual([
    { name: 'failing', outcome: 'fails', expected: 'a', came: 'b' },
    { name: 'skipped', outcome: 'not checked', reason: 'why' },
    { name: 'held', outcome: 'holds', milliseconds: { count: 2, p50: 1, p99: 3 } },
    { name: 'clean-up', outcome: 'holds' },
  ]);
});

it('reports an error of the network by its reason', async () => {
  const cause = new Error('getaddrinfo ENOTFOUND ws.example.com');
  const failing = step('failing', () => Promise.reject(new TypeError('fetch failed', { cause })));
  const [result] = await outcomes([failing]);
  expect(result).toMatchObject({ outcome: 'fails', came: cause.message });
});

it('never reports the token', async () => {
  const failing = step('failing', () => Promise.reject(new Error('at ?token=aa.bb.cc&x')));
  const [result] = await outcomes([failing]);
  expect(result).toMatchObject({ came: 'at ?token=<token>&x' });
});

it('after an interruption, runs only the clean-up, whose waits are not interrupted', async () => {
  const controller = interruption();
  const interrupted = step('interrupted', ({ signal }) => {
    controller.abort();
    signal.throwIfAborted();
    return Promise.resolve([]);
  });
  await expect(outcomes([interrupted, held], controller)).resolves.toEqual([
    { name: 'interrupted', outcome: 'not checked', reason: 'interrupted' },
    { name: 'held', outcome: 'not checked', reason: 'interrupted' },
    { name: 'clean-up', outcome: 'holds' },
  ]);
});
