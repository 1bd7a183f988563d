// Names of files in packages are the same on every system, and a result is described in one line.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeResult, nameWithin } from '#sdk/packaging/packing';

it.each([
  ['/project/sdk', '/project/sdk/client/index.ts', path.posix, 'client/index.ts'],
  ['/project/sdk', '/project/sdk-other/index.ts', path.posix, undefined],
  ['/project/sdk', '/project/build/all.tsbuildinfo', path.posix, undefined],
  ['/project/sdk', '/project/sdk/..hidden', path.posix, '..hidden'],
  // On Windows, TypeScript returns paths with slashes, and Node.js with backslashes.
  ['C:\\project\\sdk', 'C:/project/sdk/client/index.ts', path.win32, 'client/index.ts'],
  ['C:\\project\\sdk', 'C:\\project\\sdk\\client\\index.ts', path.win32, 'client/index.ts'],
  ['C:\\project\\sdk', 'C:/project/build/all.tsbuildinfo', path.win32, undefined],
  ['C:\\project\\sdk', 'D:/project/sdk/client/index.ts', path.win32, undefined],
])('returns the name within %s of %s', (folder, file, platform, name) => {
  expect(nameWithin(folder, file, platform)).toBe(name);
});

it('describes a folder by the number of its files and their size, and a file by its size', async () => {
  const project = mkdtempSync(path.join(tmpdir(), 'mission-control-packing-'));
  try {
    mkdirSync(path.join(project, 'build/package/esm'), { recursive: true });
    writeFileSync(path.join(project, 'build/package/package.json'), 'x'.repeat(1_001));
    writeFileSync(path.join(project, 'build/package/esm/index.js'), 'x'.repeat(2_000_000));
    const build = (name: string) => path.join(project, 'build', name);
    await expect(describeResult(project, build('package'))).resolves.toBe(
      'build/package: 2 files, 2,002 kB',
    );
    await expect(describeResult(project, build('package/package.json'))).resolves.toBe(
      'build/package/package.json: 2 kB',
    );
  } finally {
    rmSync(project, { recursive: true });
  }
});
