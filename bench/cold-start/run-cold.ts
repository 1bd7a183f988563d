// Starts a fresh process for a function, and returns what it measured.
import { fork } from 'node:child_process';
import path from 'node:path';

/** What a fresh process is given. */
export interface ColdTask {
  /** The path of the bundle. */
  readonly file: string;
  /** The function's complete `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly event: object;
  /** Whether the function's own pauses end at once. */
  readonly withoutPauses?: boolean | undefined;
}

export interface ColdRun {
  /** Elapsed time of the import of the bundle. */
  readonly importMilliseconds: number;
  /** Elapsed time of the first call of the handler. */
  readonly firstCallMilliseconds: number;
  /** User and system time of both, of all threads. */
  readonly cpuMilliseconds: number;
  /** What the handler returned. */
  readonly value: unknown;
  /** What the function printed. */
  readonly printed: string;
}

/**
 * Imports a bundle in a fresh process, and calls its handler once.
 * @throws Error with what the process printed, if the import or the call fails
 */
export function runCold({ environment, ...task }: ColdTask): Promise<ColdRun> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(__dirname, 'cold-process.mjs'), [JSON.stringify(task)], {
      // Only the variables of the function, and not the loaders of this process.
      env: environment,
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let printed = '';
    let result: Omit<ColdRun, 'printed'> | undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    child.on('message', (message: Omit<ColdRun, 'printed'>) => {
      result = message;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (result !== undefined) resolve({ ...result, printed });
      else reject(new Error(`It ended with ${signal ?? `exit code ${code}`}.\n${printed.trim()}`));
    });
  });
}
