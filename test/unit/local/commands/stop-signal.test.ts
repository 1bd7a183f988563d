// Ctrl-C in a process of its own: the first asks to stop, a later one stops at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const file = path.resolve(__dirname, '../../../../local/commands/stop-signal.ts');

/** A process that says `ready`, then `stopping` at the first signal, and then never ends on its own. */
async function start() {
  const script = `
    const { stopSignal } = require(${JSON.stringify(file)});
    setInterval(() => undefined, 1000);
    void stopSignal().then(() => process.stdout.write('stopping'));
    process.stdout.write('ready');
  `;
  const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const next = async () => String((await once(child.stdout, 'data'))[0]);
  expect(await next()).toBe('ready');
  const exit = once(child, 'exit').then(([code]) => code as number);
  return { child, next, exit };
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s asks to stop, and again ends at once',
  async (signal) => {
    const { child, next, exit } = await start();
    child.kill(signal);
    expect(await next()).toBe('stopping');
    // What comes at the same moment is the same Ctrl-C, passed on by npm and tsx: repeated until it is another.
    const repeat = setInterval(() => child.kill('SIGINT'), 50);
    const startedAt = performance.now();
    expect(await exit).toBe(130);
    clearInterval(repeat);
    expect(performance.now() - startedAt).toBeGreaterThan(200);
  },
);
