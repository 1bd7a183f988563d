"""The ends of a process, and its forks: what open publishers do then."""

from __future__ import annotations

import atexit
import logging
import os
from functools import cache
from typing import Protocol

logger = logging.getLogger("mission_control_realtime")

# The maximum time that a process that ends waits for its events, in seconds, for each publisher.
_LAST_SECONDS = 5.0


class Publisher(Protocol):
    """A publisher that is not closed."""

    def close(self, timeout: float | None = None) -> object:
        """Says what is to be said at the end, and waits for it."""

    def _after_fork(self) -> None:
        """Makes the publisher usable in a child process."""


# Not weak references: the events of a publisher that nobody refers to are still sent.
_open: dict[int, Publisher] = {}


def watch(publisher: Publisher) -> None:
    """Closes a publisher before the process ends, and keeps it usable in child processes."""
    _install()
    _open[id(publisher)] = publisher


def unwatch(publisher: Publisher) -> None:
    """Ends `watch`."""
    _open.pop(id(publisher), None)


@cache
def _install() -> None:
    atexit.register(_close_all)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)


def _close_all() -> None:
    for publisher in list(_open.values()):
        publisher.close(_LAST_SECONDS)


def _after_fork() -> None:
    for publisher in list(_open.values()):
        publisher._after_fork()
