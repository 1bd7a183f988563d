// Notices when a connection has been idle for too long.

/**
 * Calls `onIdle` once `lastActiveAt` lies the timeout back. It checks when that is possible at the earliest, instead of
 * moving a timer with every WebSocket frame.
 * @param lastActiveAt milliseconds since the Unix epoch
 */
export function startIdleTimer(
  timeoutMilliseconds: number,
  { lastActiveAt, onIdle }: { lastActiveAt: () => number; onIdle: () => void },
) {
  let timer: NodeJS.Timeout;
  const check = () => {
    const left = lastActiveAt() + timeoutMilliseconds - Date.now();
    if (left <= 0) onIdle();
    else timer = setTimeout(check, left);
  };
  timer = setTimeout(check, timeoutMilliseconds);
  return {
    stop: () => {
      clearTimeout(timer);
    },
  };
}
