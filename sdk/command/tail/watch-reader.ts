// Notices when nobody reads the output any more, e.g. because `head` has ended, also while nothing is written.
import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';

/**
 * Calls `gone` when nobody reads stdout any more. Without a write, this is noticed only if stdout is a pipe, and with the
 * `tail` of GNU, which Linux usually has; elsewhere, the next line that is written shows it.
 * @param failed called if stdout cannot be written for another reason, e.g. because the disk is full
 */
export function watchReader(gone: () => void, failed: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') gone();
    else failed(error);
  });
  if (process.platform === 'linux' && fstatSync(process.stdout.fd).isFIFO()) watchPipe(gone);
}

/**
 * Node.js cannot watch a pipe that it only writes. The `tail` of GNU does while it follows a file (here one that never
 * changes), and is ended by SIGPIPE. It ends with this process, however that ends: until then, the reader would wait for it.
 * @see https://www.gnu.org/software/coreutils/manual/html_node/tail-invocation.html
 */
function watchPipe(gone: () => void): void {
  const args = [`--pid=${process.pid}`, '--sleep-interval=0.1', '--follow', '/dev/null'];
  const watcher = spawn('tail', args, { stdio: ['ignore', 'inherit', 'ignore'] });
  watcher.unref();
  // There is no such program.
  watcher.on('error', () => undefined);
  watcher.on('exit', (_code, signal) => {
    if (signal === 'SIGPIPE') gone();
  });
  process.on('exit', () => watcher.kill());
}
