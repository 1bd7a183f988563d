// Ctrl-C, the signals with which others ask to stop, and the end of npm, which has started this program.

/**
 * Milliseconds in which further signals count as the same one: a terminal sends Ctrl-C to all processes of the
 * command, and npm passes its own on.
 */
const sameSignalMilliseconds = 300;

/** How often to look whether npm is still there. */
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
 * npm passes SIGINT and SIGTERM on, and nothing else: whoever kills it otherwise would leave this program running. An
 * orphan gets another parent. What a person has started without npm may outlive whatever it was started by.
 */
function watchNpm(): () => boolean {
  if (process.env['npm_lifecycle_event'] === undefined) return () => false;
  const parent = process.ppid;
  return () => process.ppid !== parent;
}
