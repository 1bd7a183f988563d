// Runs programs, and collects what they print.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** The programs that have not ended. */
const running = new Set<ChildProcess>();

/** Starts a program without an input. @param environment is added to the variables of this process */
export function startProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
  });
  running.add(child);
  child.on('close', () => running.delete(child));
  const said = { out: '', error: '' };
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.error += data.toString()));
  return { child, said, ended: once(child, 'close') as Promise<[code: number | null]> };
}

/** Ends what a failed test has left: call it after each test. */
export function killPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}
