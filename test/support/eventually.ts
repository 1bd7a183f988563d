// Waits for a condition by polling.

/**
 * Resolves as soon as `assertion` passes; rejects with its last error after the timeout. The default timeout is long
 * enough for a busy machine.
 */
export async function eventually(
  assertion: () => unknown,
  timeoutMilliseconds = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMilliseconds;
  for (;;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
