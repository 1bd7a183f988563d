// Runs the CDK app, which creates the template and the bundles of the functions.
import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeTemporaryFolder } from '../support/temporary-folder';
import type { Template } from '../template/template';

/** The error of one setting. */
export interface SettingFault {
  /** The setting's name, e.g. `heartbeatSeconds`. */
  readonly path: string;
  /** The expected value, e.g. `must be a divisor or a multiple of 60`. */
  readonly problem: string;
}

/**
 * The app could not be synthesized. The `code` is one of these:
 * - `SETTINGS_REFUSED`: settings are invalid; `faults` lists their errors
 * - `SYNTHESIS_FAILED`: the app failed, and the message ends with its error output; or it does not have exactly one stack
 */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';

  constructor(
    readonly code: 'SETTINGS_REFUSED' | 'SYNTHESIS_FAILED',
    message: string,
    readonly faults: readonly SettingFault[] = [],
  ) {
    super(message);
  }
}

export interface Synthesis {
  readonly template: Template;
  /** The path of the cloud assembly, which contains the functions' bundles. */
  readonly directory: string;
  /** Deletes the cloud assembly. */
  readonly remove: () => Promise<void>;
}

/**
 * Synthesizes the app in a child process, as the CDK would cost this process memory and start-up time.
 * @param context the settings by name, as in the context of `cdk.json`. The context of `cdk.json` itself is for
 * deployments on AWS, and is not used
 * @throws {SynthesisError} if the settings are invalid or the app fails
 */
export async function synthesize(context: Readonly<Record<string, unknown>>): Promise<Synthesis> {
  const directory = await makeTemporaryFolder();
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await runApp(context, directory);
    const files = await readdir(directory);
    const [file, ...others] = files.filter((name) => name.endsWith('.template.json'));
    if (file === undefined || others.length > 0) {
      const found = `the app must have one stack, not ${file === undefined ? 0 : 1 + others.length}`;
      throw new SynthesisError('SYNTHESIS_FAILED', `Cannot run the app locally: ${found}.`);
    }
    const template = JSON.parse(await readFile(path.join(directory, file), 'utf8')) as Template;
    return { template, directory, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function runApp(context: Readonly<Record<string, unknown>>, directory: string) {
  const app = path.join(__dirname, 'synthesize-app.ts');
  const child = spawn(process.execPath, ['--require', require.resolve('tsx/cjs'), app], {
    env: { ...process.env, CDK_OUTDIR: directory, CDK_CONTEXT_JSON: JSON.stringify(context) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, exitCode] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    }),
  ]);
  if (exitCode === 0) return;
  if (exitCode === 2) {
    const faults = JSON.parse(output) as SettingFault[];
    const list = faults.map((fault) => `${fault.path} ${fault.problem}`).join('; ');
    throw new SynthesisError('SETTINGS_REFUSED', `The settings are not valid: ${list}.`, faults);
  }
  throw new SynthesisError('SYNTHESIS_FAILED', `The CDK app failed:\n${errors.trim()}`);
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
