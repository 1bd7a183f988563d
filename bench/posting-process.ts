// Bundles and starts the measured process, and returns its measurements.
import { fork } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';
import type { PostingMessage, PostingTask } from './posting';

export type Measured = Extract<PostingMessage, { readonly kind: 'measured' }>;

/** Bundles the program into `directory`. A TypeScript loader would take memory and CPU time. @returns the path of the bundle */
export async function bundlePosting(directory: string): Promise<string> {
  const file = path.join(directory, 'posting.cjs');
  await build({
    entryPoints: [path.join(__dirname, 'posting.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return file;
}

export interface PostingOptions {
  /** The path of the bundle, from {@link bundlePosting}. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Called after the warm-up, before the measurement. */
  readonly onWarm: () => void;
  /** Folder for a V8 CPU profile of the process. Default: no profile. */
  readonly profiles?: string | undefined;
}

/**
 * Runs one measurement in a new process.
 * @throws Error with the end of the process's error output, if the process ends before it has sent its result
 */
export function measurePosting(task: PostingTask, options: PostingOptions): Promise<Measured> {
  const { file, environment, onWarm, profiles } = options;
  return new Promise((resolve, reject) => {
    const child = fork(file, [JSON.stringify(task)], {
      env: environment,
      execArgv: profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let words = '';
    let measured: Measured | undefined;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-2_000);
    });
    child.on('message', (message: PostingMessage) => {
      if (message.kind === 'measured') {
        measured = message;
        return;
      }
      onWarm();
      child.send('go on');
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (measured !== undefined) {
        resolve(measured);
        return;
      }
      const { variant, connections } = task;
      const end = signal ?? `exit code ${code ?? 'unknown'}`;
      reject(new Error(`${variant} with ${connections} connections ended with ${end}.\n${words}`));
    });
  });
}
