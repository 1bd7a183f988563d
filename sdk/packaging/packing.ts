// Functions for all packages of the project: file names, tarballs, and a summary of what was built.
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path, { type PlatformPath } from 'node:path';
import { promisify } from 'node:util';

/**
 * Returns the name of a file relative to a folder, always with forward slashes, e.g. `client/index.ts` for
 * `C:/project/sdk/client/index.ts` in `C:\project\sdk`; undefined if the file is not in the folder.
 * @param platform `node:path` of this or of another operating system
 */
export function nameWithin(
  folder: string,
  file: string,
  platform: PlatformPath = path,
): string | undefined {
  const name = platform.relative(folder, file);
  if (name === '' || name.split(platform.sep)[0] === '..' || platform.isAbsolute(name)) {
    return undefined;
  }
  return name.replaceAll(platform.sep, '/');
}

/**
 * Packs a package with `npm pack`.
 * @param directory the directory of the package
 * @param destination the directory for the tarball
 * @returns the path of the tarball
 */
export async function pack(directory: string, destination: string): Promise<string> {
  const args = ['pack', directory, '--pack-destination', destination, '--json', '--loglevel=error'];
  // Run by its full path, because Windows does not find npm by its name alone.
  const npm = process.env['npm_execpath'];
  const { stdout } = await (npm === undefined
    ? promisify(execFile)('npm', args)
    : promisify(execFile)(process.execPath, [npm, ...args]));
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return path.join(destination, filename);
}

/**
 * Writes a package to a folder of build/, packs it into build/, and prints a summary.
 * @param folder the name of the folder, e.g. `package`
 * @param write writes the package into a directory
 */
export async function makePackage(
  folder: string,
  write: (directory: string) => Promise<void>,
): Promise<void> {
  const project = path.resolve(__dirname, '../..');
  const directory = path.join(project, 'build', folder);
  await write(directory);
  const tarball = await pack(directory, path.join(project, 'build'));
  for (const made of [directory, tarball]) {
    process.stdout.write(`${await describeResult(project, made)}\n`);
  }
}

/** Returns a summary such as `build/package: 74 files, 96 kB`, for a single file without the number of files. */
export async function describeResult(project: string, made: string): Promise<string> {
  const name = nameWithin(project, made) ?? made;
  const info = await stat(made);
  if (info.isFile()) return `${name}: ${kilobytes(info.size)}`;
  const entries = await readdir(made, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return `${name}: ${files.length} files, ${kilobytes(total)}`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000).toLocaleString('en')} kB`;
}
