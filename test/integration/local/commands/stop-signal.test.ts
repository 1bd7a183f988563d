// Ctrl-C in a separate process: the first one requests a shutdown, a later one ends the process. Also the end of npm.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import packageJson from '../../../../package.json';

const project = path.resolve(__dirname, '../../../..');
const file = path.join(project, 'local/commands/stop-signal.ts');

/**
 * A process that prints `ready`, then `stopping` at the first signal, and `ignored` at each later one that does not end it. Its
 * clock stands still, except that a line of its input moves it by a second.
 */
async function start() {
  const script = `
    const { stopSignal } = require(${JSON.stringify(file)});
    let now = 0;
    performance.now = () => now;
    const say = (text) => process.stdout.write(text);
    let isStopping = false;
    void stopSignal().then(() => { isStopping = true; say('stopping'); });
    process.on('SIGINT', () => { if (isStopping) say('ignored'); });
    process.stdin.on('data', () => { now += 1000; say('a second later'); });
    say('ready');
  `;
  const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(child);
  const exit = once(child, 'exit').then(([code]) => `exit ${String(code)}`);
  const said = async () => String((await once(child.stdout, 'data'))[0]);
  const next = () => Promise.race([said(), exit]);
  expect(await next()).toBe('ready');
  return { child, next };
}
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'requests a shutdown at the first %s, ignores another signal at once, and exits at a later one',
  async (signal) => {
    const { child, next } = await start();
    child.kill(signal);
    expect(await next()).toBe('stopping');
    // As npm forwards the same Ctrl-C.
    child.kill('SIGINT');
    expect(await next()).toBe('ignored');
    child.stdin.write('\n');
    expect(await next()).toBe('a second later');
    child.kill('SIGINT');
    expect(await next()).toBe('exit 130');
  },
);

describe('stopSignal in a process that npm runs', () => {
  let directory: string;

  /** A package with the start script of this one, which starts another program. */
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'mission-control-stop-'));
    const program = `
      import { stopSignal } from ${JSON.stringify(file)};
      setInterval(() => undefined, 1000);
      void stopSignal().then(() => process.stdout.write('stopping', () => process.exit()));
      process.stdout.write(\`ready \${process.pid}\`);
    `;
    writeFileSync(path.join(directory, 'start.ts'), program);
    const start = packageJson.scripts.start.replace('local/commands/start.ts', './start.ts');
    expect(start).toContain('./start.ts');
    const manifest = { private: true, scripts: { start } };
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify(manifest));
    symlinkSync(path.join(project, 'node_modules'), path.join(directory, 'node_modules'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
    'requests a shutdown if only npm gets %s',
    async (signal) => {
      const npm = spawn('npm', ['start', '--silent'], {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      npm.stdout.on('data', (data: Buffer) => (said += data.toString()));
      const end = once(npm.stdout, 'end');
      await once(npm.stdout, 'data');
      const [, pid] = /^ready (\d+)$/.exec(said) ?? [];
      try {
        expect(Number(pid)).toBeGreaterThan(0);
        npm.kill(signal);
        // The pipe ends when the last process that can write to it has ended.
        await end;
        expect(said).toBe(`ready ${String(pid)}stopping`);
      } finally {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // The process has already ended, as expected.
        }
      }
    },
  );
});

it('continues after the end of its parent, if npm did not start it', async () => {
  // It looks for its parent when the parent has ended, instead of at intervals.
  const script = `
    const { stopSignal } = require(${JSON.stringify(file)});
    let look;
    globalThis.setInterval = (callback) => { look = callback; return { unref: () => undefined }; };
    void stopSignal().then(() => process.stdout.write('stopping'));
    process.stdout.write('ready');
    const parent = process.ppid;
    const wait = () => {
      if (process.ppid === parent) return setTimeout(wait, 5);
      look();
      setImmediate(() => process.stdout.write('still here'));
    };
    process.send('ready', () => { process.disconnect(); wait(); });
  `;
  // A process that starts it in the background, and ends.
  const starter = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['--require', ${JSON.stringify(require.resolve('tsx/cjs'))}, '-e', ${JSON.stringify(script)}],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true }).once('message', () => process.exit());
  `;
  const child = spawn(process.execPath, ['-e', starter], {
    env: { ...process.env, npm_lifecycle_event: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(child.stdout, 'end');
  expect(said).toBe('readystill here');
});
