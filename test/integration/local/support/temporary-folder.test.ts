// A start removes the folders of processes that ended without cleaning up, but no folders that are in use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeTemporaryFolder } from '#local/support/temporary-folder';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function make(): Promise<string> {
  const folder = await makeTemporaryFolder();
  made.push(folder);
  return folder;
}

/** Makes a folder with a name as if the process with the given id had made it. */
function likewise(folder: string, pid: number, namespace?: string): string {
  const [, own = '', last = ''] =
    /^mission-control-(\d+)-\d+-(\w+)$/.exec(path.basename(folder)) ?? [];
  const other = path.join(tmpdir(), `mission-control-${namespace ?? own}-${pid}-${last}`);
  mkdirSync(other);
  writeFileSync(path.join(other, 'file'), 'text');
  made.push(other);
  return other;
}

it('removes the folders of processes that have ended, and no others', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const dead = child.pid ?? NaN;

  const mine = await make();
  const orphan = likewise(mine, dead);
  // The process 1 is running and belongs to another user, unless the tests run as root.
  const others = likewise(mine, 1);
  // The process id of another container: whether that process is running is unknown.
  const elsewhere = likewise(mine, dead, '12345');
  const foreign = path.join(tmpdir(), `mission-control-${dead}-notes`);
  mkdirSync(foreign);
  made.push(foreign);

  const second = await make();
  expect(second).not.toBe(mine);
  expect(existsSync(orphan)).toBe(false);
  expect(
    [mine, others, elsewhere, foreign, second].filter((folder) => !existsSync(folder)),
  ).toEqual([]);
});

it('makes a different folder for each of several simultaneous calls', async () => {
  const folders = await Promise.all(Array.from({ length: 5 }, make));
  expect(new Set(folders).size).toBe(5);
  for (const folder of folders) expect(existsSync(folder)).toBe(true);
});
