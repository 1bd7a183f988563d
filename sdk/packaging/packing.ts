// For all packages: file names as packages have them, the tarball, and the line that tells what was made.
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path, { type PlatformPath } from 'node:path';
import { promisify } from 'node:util';

/**
 * A file's name within a folder, with the slashes of modules whichever the system has, e.g. `client/index.ts` for
 * `C:/project/sdk/client/index.ts` in `C:\project\sdk`; undefined for a file that is elsewhere.
 * @param platform `node:path`, of this system or of another
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
 * Packs a package for `npm install`, and gives the tarball.
 * @param directory of the package
 * @param destination the folder for the tarball
 */
export async function pack(directory: string, destination: string): Promise<string> {
  const args = ['pack', directory, '--pack-destination', destination, '--json', '--loglevel=error'];
  // With its full path, as Windows does not find npm by its name alone.
  const npm = process.env['npm_execpath'];
  const { stdout } = await (npm === undefined
    ? promisify(execFile)('npm', args)
    : promisify(execFile)(process.execPath, [npm, ...args]));
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return path.join(destination, filename);
}

/**
 * Makes a package in a folder of build/, packs it beside that, and says what was made.
 * @param folder its name, e.g. `package`
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

/** e.g. `build/package: 74 files, 96 kB`; for a single file without the number of files. */
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
