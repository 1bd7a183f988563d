// The bundles of another version of the service, from the history of the project.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { bundleFunctions } from '#infra/build/bundle';

const run = promisify(execFile);
const project = path.resolve(__dirname, '../..');

/** The last commit before the bundles became smaller: see docs/decisions/0011-small-bundles.md. */
export const commitBefore = '2a6a73e2731c5839deb045f73dfabe624e3a826f';

/** What is needed to bundle the functions. */
const sources = ['lambdas', 'infra', 'sdk', 'package.json', 'tsconfig.json'];

export interface EarlierVersion {
  /** The path of the bundle of a function. */
  readonly fileOf: (functionName: string) => string;
  readonly remove: () => Promise<void>;
}

/**
 * Bundles the functions of a commit, as the commit does it, with the packages that are installed now.
 * @throws Error if Git or the commit is missing, or the functions cannot be bundled
 */
export async function bundleCommit(commit: string): Promise<EarlierVersion> {
  const directory = await mkdtemp(path.join(tmpdir(), 'mission-control-cold-start-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await extract(commit, directory);
    await symlink(path.join(project, 'node_modules'), path.join(directory, 'node_modules'));
    const file = path.join(directory, 'infra/build/bundle.ts');
    const { bundleFunctions: bundle } = (await import(pathToFileURL(file).href)) as {
      bundleFunctions: typeof bundleFunctions;
    };
    bundle();
  } catch (error) {
    await remove();
    throw error;
  }
  const fileOf = (name: string) => path.join(directory, 'build/lambdas', name, 'index.mjs');
  return { fileOf, remove };
}

async function extract(commit: string, directory: string): Promise<void> {
  const archive = path.join(directory, 'sources.tar');
  try {
    await run('git', ['archive', '--output', archive, commit, ...sources], { cwd: project });
    await run('tar', ['-xf', archive, '-C', directory]);
  } catch (error) {
    const message =
      `To bundle the version before, the Git history of this folder must contain ${commit}. ` +
      'A shallow clone gets the whole history with git fetch --unshallow; --before names another commit.';
    throw new Error(message, { cause: error });
  }
}
