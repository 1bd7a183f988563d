// Notices when a connection has been idle for too long.
import type { Cancel, Timers } from '../../support/timers';

/**
 * Calls `onIdle` once `lastActiveAt` lies the timeout back. It checks when that is possible at the earliest, instead of
 * moving a timer with every WebSocket frame.
 * @param lastActiveAt milliseconds since the Unix epoch
 */
export function startIdleTimer(
  timeoutMilliseconds: number,
  {
    timers,
    lastActiveAt,
    onIdle,
  }: { readonly timers: Timers; lastActiveAt: () => number; onIdle: () => void },
) {
  let cancel: Cancel;
  const check = () => {
    const left = lastActiveAt() + timeoutMilliseconds - timers.now();
    if (left <= 0) onIdle();
    else cancel = timers.after(left, check);
  };
  cancel = timers.after(timeoutMilliseconds, check);
  return {
    stop: () => {
      cancel();
    },
  };
}
