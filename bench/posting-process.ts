// The measured process, seen from outside: bundled as the functions are, run by plain Node.js, asked for its numbers.
import { fork } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';
import type { PostingMessage, PostingTask } from './posting';

export type Measured = Extract<PostingMessage, { readonly kind: 'measured' }>;

/** Bundles the program into `directory`: a TypeScript loader would cost memory and time of its own. */
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
  /** Made by {@link bundlePosting}. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Told when all is warm, just before the measurement. */
  readonly onWarm: () => void;
  /** Where to put a V8 CPU profile of the process; none if absent. */
  readonly profiles?: string | undefined;
}

/** @throws with the last words of a process that ends before it has measured */
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
