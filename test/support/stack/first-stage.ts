// The service and the client from before batches, from the project's history.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type * as Client from '#sdk/client';

const run = promisify(execFile);
const project = path.resolve(__dirname, '../../..');

/** The last commit without batches. */
const commit = '07abbee';

export interface FirstStage {
  /** The directory with its sources. */
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * Extracts its sources from the history, and links the currently installed packages.
 * @throws if Git is missing, or the history does not contain the commit
 */
export async function extractFirstStage(): Promise<FirstStage> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'mission-control-first-stage-'));
  const archive = path.join(directory, 'sources.tar');
  try {
    await run('git', ['archive', '--output', archive, commit], { cwd: project });
    await run('tar', ['-xf', archive, '-C', directory]);
  } catch (error) {
    await rm(directory, { recursive: true });
    const message = `This test needs the history of the project back to ${commit}: git fetch --unshallow.`;
    throw new Error(message, { cause: error });
  }
  await symlink(path.join(project, 'node_modules'), path.join(directory, 'node_modules'));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Bundles and loads its client. */
export async function loadClient({ directory }: FirstStage): Promise<typeof Client> {
  const outfile = path.join(directory, 'build/client.cjs');
  const entryPoints = [path.join(directory, 'sdk/client/index.ts')];
  await build({ entryPoints, outfile, bundle: true, format: 'cjs', platform: 'node' });
  return jest.requireActual<typeof Client>(outfile);
}

export interface FirstStageService {
  readonly webSocketUrl: string;
  readonly awsEndpointUrl: string;
  /** A token of its local issuer. */
  readonly token: string;
  close(): Promise<void>;
}

/** Starts its local stack, as `npm start` did. */
export async function startService({ directory }: FirstStage): Promise<FirstStageService> {
  const args = ['--import', 'tsx', 'local/commands/start.ts', '--port', '0', '--aws-port', '0'];
  const child = spawn(process.execPath, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    // It bundles its own functions.
    env: { ...process.env, MISSION_CONTROL_BUNDLED: undefined },
  });
  let said = '';
  const ended = once(child, 'exit');
  try {
    await new Promise<void>((resolve, reject) => {
      const hear = (data: Buffer) => {
        said += data.toString();
        if (/^ {2}Token .*\n/m.test(said)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      void ended.then(() => {
        reject(new Error(`The service of the first stage ended: ${said}`));
      });
    });
  } catch (error) {
    child.kill();
    throw error;
  }
  const told = (what: string) => new RegExp(`^ {2}${what} +(\\S+)`, 'm').exec(said)?.[1] ?? '';
  return {
    webSocketUrl: told('WebSocket'),
    awsEndpointUrl: told('AWS endpoint'),
    token: told('Token'),
    async close() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
