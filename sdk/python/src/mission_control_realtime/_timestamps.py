"""Creates the timestamps of events. No two should be equal: a register keeps only one of two events with equal timestamps."""

from __future__ import annotations

import threading

from ._protocol.definitions import MAX_CLOCK_SKEW_MILLISECONDS

# The part of the allowed clock skew that is reserved for the skew of this machine's clock.
_MARGIN_MILLISECONDS = 30_000

# The maximum time by which a timestamp may be ahead of the clock, because the service rejects later events.
_MAX_LEAD_MILLISECONDS = MAX_CLOCK_SKEW_MILLISECONDS - _MARGIN_MILLISECONDS


class Timestamps:
    """The timestamps of all publishers of a process."""

    def __init__(self) -> None:
        self._newest = 0
        self._lock = threading.Lock()

    def next(self, now: int) -> int:
        """Returns the timestamp of the next event, in milliseconds since the Unix epoch.

        It is greater than the previous one: two events in the same millisecond get timestamps that are 1 ms apart, and if
        the clock is set back, timestamps continue from the previous one. But if the clock is set back by more than four and
        a half minutes, timestamps follow it at once, because the service rejects events that are so far in the future.
        """
        with self._lock:
            following = self._newest + 1
            self._newest = now if following - now > _MAX_LEAD_MILLISECONDS else max(now, following)
            return self._newest

    def after_fork(self) -> None:
        """Another thread may have held the lock during the fork."""
        self._lock = threading.Lock()


timestamps = Timestamps()
