// Starts the processes of a measurement: the functions, bundled as they are deployed, and the table.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import type { FunctionsEnd, FunctionsOrder, FunctionsTask } from './functions-process';
import type { TableMessage, TableOrder, TableTask } from './table-process';
import { burstVariants, type BurstVariant } from './variants';

const project = path.resolve(__dirname, '../..');

/** The files that {@link bundlePrograms} writes. */
export interface Programs {
  /** The process of the execution environments. */
  readonly functions: string;
  /** The function, by variant. */
  readonly handlers: Readonly<Record<BurstVariant, string>>;
}

/** Bundles the programs into `directory`. A TypeScript loader would take CPU time in each thread. */
export async function bundlePrograms(directory: string): Promise<Programs> {
  const common: BuildOptions = {
    absWorkingDir: project,
    ...{ outdir: directory, bundle: true, platform: 'node', target: 'node20', format: 'cjs' },
    mainFields: ['module', 'main'],
    outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  };
  await build({ ...common, entryPoints: { functions: 'bench/burst/functions-process.ts' } });
  // Minified, as infra/build/bundle.ts does it.
  await build({ ...common, entryPoints: burstVariants, minify: true });
  // The entry of the threads, which must be in the same directory as the program.
  await copyFile(path.join(project, 'local/lambda/worker.mjs'), path.join(directory, 'worker.mjs'));
  const fileOf = (name: string) => path.join(directory, `${name}.cjs`);
  return {
    functions: fileOf('functions'),
    handlers: { coalesced: fileOf('coalesced'), each: fileOf('each') },
  };
}

export interface RunningFunctions {
  run(order: FunctionsOrder): Promise<FunctionsEnd>;
  end(): Promise<void>;
}

/** Starts the process of the functions. @param program `functions` of {@link Programs} */
export function startFunctions(program: string, task: FunctionsTask): RunningFunctions {
  const child = fork(program, [JSON.stringify(task)], {
    env: task.environment,
    execArgv: [],
  });
  return {
    run: (order) => ask<FunctionsEnd>(child, order),
    end: () => end(child),
  };
}

export interface RunningTable {
  readonly url: string;
  fill(order: TableOrder): Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts the process of the table.
 * @param environment variables with which the process trusts its own certificate
 */
export async function startTable(
  task: TableTask,
  environment: Readonly<Record<string, string>>,
): Promise<RunningTable> {
  // It uses the TypeScript loader of this process, because the table is not measured.
  const child = fork(path.join(__dirname, 'table-process.ts'), [], {
    env: {
      ...process.env,
      ...environment,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  const first = await ask<TableMessage>(child, task);
  if (first.kind !== 'listening') throw new Error('The table does not listen.');
  return {
    url: first.url,
    async fill(order) {
      const answer = await ask<TableMessage>(child, order);
      if (answer.kind === 'failed') throw new Error(`The table is not filled: ${answer.reason}`);
    },
    end: () => end(child),
  };
}

/** Sends a message and resolves to the next message of the process. @throws Error if the process ends before that */
function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer) => {
      child.off('exit', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      reject(new Error(`A process of the measurement ended: ${signal ?? code ?? 'unknown'}.`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
    child.send(question);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
