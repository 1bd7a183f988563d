// Ctrl-C, and the signal with which other programs ask to stop.

/**
 * Milliseconds in which further signals count as the same one: a terminal sends Ctrl-C to all processes of the
 * command, and npm and tsx may pass theirs on.
 */
const sameSignalMilliseconds = 300;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = () => {
      if (firstAt === undefined) {
        firstAt = performance.now();
        resolve();
      } else if (performance.now() - firstAt > sameSignalMilliseconds) {
        process.exit(130);
      }
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
