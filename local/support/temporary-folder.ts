// Creates temporary folders, and removes those of processes that have ended.
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Creates a folder with the process id in its name, and removes the folders that other processes have left behind, e.g.
 * after a SIGKILL.
 * @returns its absolute path, e.g. `/tmp/mission-control-4026531836-12345-aBcDeF`
 */
export async function makeTemporaryFolder(): Promise<string> {
  const prefix = `mission-control-${await processNamespace()}-`;
  await removeOrphans(prefix);
  return mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
}

/**
 * The id of the process's PID namespace, which is different in containers that share the folder; `0` on systems other
 * than Linux.
 * @see https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
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
  // Errors are ignored: another process may remove the folder at the same time, or it may belong to another user.
  const remove = (name: string) =>
    rm(path.join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  await Promise.all(orphans.map(remove));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process exists and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
