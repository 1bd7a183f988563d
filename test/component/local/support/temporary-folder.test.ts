// What a process leaves that had no time to clean up is removed at the next start; what another one uses is not.
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

/** A folder as `folder`, as if the process with the other id had made it. */
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
  // Number 1 is alive and, unless we are root, another user's.
  const others = likewise(mine, 1);
  // Here that process is dead; in its container nobody knows.
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

it('can be used by several processes at the same time', async () => {
  const folders = await Promise.all(Array.from({ length: 5 }, make));
  expect(new Set(folders).size).toBe(5);
  for (const folder of folders) expect(existsSync(folder)).toBe(true);
});
