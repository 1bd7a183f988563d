// When to stop: on Ctrl-C, on other signals, and when npm, which has started this program, has ended.

/**
 * Milliseconds in which further signals count as the same one: a terminal sends Ctrl-C to all processes of the
 * command, and npm passes its own on.
 */
const sameSignalMilliseconds = 300;

/** How often to check whether npm still runs. */
const lookMilliseconds = 250;

/** SIGHUP: the terminal was closed. */
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
 * npm passes on SIGINT and SIGTERM only: with any other signal to npm this program would go on running. When npm has
 * ended, this process has another parent. A program that was started without npm may outlive its parent.
 */
function watchNpm(): () => boolean {
  if (process.env['npm_lifecycle_event'] === undefined) return () => false;
  const parent = process.ppid;
  return () => process.ppid !== parent;
}
