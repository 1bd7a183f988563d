// Waits for a condition that nothing announces, by asking again.

/**
 * Resolves when `assertion` passes; rejects with its last error when it has not within the time, which is long enough
 * for a busy machine: a condition that holds is waited for no longer than it takes.
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
