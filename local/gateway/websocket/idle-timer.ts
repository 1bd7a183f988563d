// Detects that a connection has been idle for too long.
import type { Cancel, Timers } from '../../support/timers';

/**
 * Calls `onIdle` when `timeoutMilliseconds` have passed since `lastActiveAt`. The timer runs until the earliest time at
 * which that is possible, and then again for the remaining time. Restarting it for every WebSocket frame would cost more.
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
