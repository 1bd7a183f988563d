// Temporary folders that are removed with, or after, the process that made them.
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Makes a folder named by the process, e.g. `/tmp/mission-control-4026531836-12345-aBcDeF`, and removes the folders of
 * processes that have ended without removing theirs, as after a SIGKILL.
 */
export async function makeTemporaryFolder(): Promise<string> {
  const prefix = `mission-control-${await processNamespace()}-`;
  await removeOrphans(prefix);
  return mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
}

/**
 * The namespace of process ids: containers that share the folder have other ones. Elsewhere than on
 * Linux there is one for all. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
async function processNamespace(): Promise<string> {
  // e.g. pid:[4026531836]
  const link = await readlink('/proc/self/ns/pid').catch(() => '0');
  return link.replace(/\D/g, '');
}

async function removeOrphans(prefix: string): Promise<void> {
  const ours = new RegExp(`^${prefix}(\\d+)-\\w+$`);
  const orphans = (await readdir(tmpdir())).filter((name) => {
    const [, pid] = ours.exec(name) ?? [];
    return pid !== undefined && !isAlive(Number(pid));
  });
  // Another process may remove it at the same time, or it belongs to another user.
  const remove = (name: string) =>
    rm(path.join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  await Promise.all(orphans.map(remove));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists, of another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
