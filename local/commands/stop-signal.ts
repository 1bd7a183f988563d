// Detects when the program must stop: at Ctrl-C or another signal, or when npm, which has started it, has ended.

/**
 * Milliseconds for which further signals count as the first one. At Ctrl-C, a terminal sends a signal to all processes
 * of the command, and npm forwards its own, so this process may get two.
 */
const sameSignalMilliseconds = 300;

/** Milliseconds between two checks whether npm still runs. */
const lookMilliseconds = 250;

/** SIGHUP means that the terminal was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first signal, or when npm has ended; a second signal ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const stop = () => {
      clearInterval(looking);
      firstAt ??= performance.now();
      resolve();
    };
    const isNpmGone = watchNpm();
    const looking = setInterval(() => {
      if (isNpmGone()) stop();
    }, lookMilliseconds).unref();
    for (const signal of signals) {
      process.on(signal, () => {
        if (firstAt === undefined) stop();
        else if (performance.now() - firstAt > sameSignalMilliseconds) process.exit(130);
      });
    }
  });
}

/**
 * Returns a function that checks whether npm has ended: this process then has another parent. The check is necessary
 * because npm forwards only SIGINT and SIGTERM; if another signal ended npm, this program would go on running. It does
 * not apply without npm: the program may then run longer than its parent.
 */
function watchNpm(): () => boolean {
  if (process.env['npm_lifecycle_event'] === undefined) return () => false;
  const parent = process.ppid;
  return () => process.ppid !== parent;
}
