"""Keeps agents alive: repeats their statuses, each with a time to live, so that silence means that the process has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import partial
from math import ceil
from types import TracebackType

from ._errors import MissionControlError
from ._protocol.definitions import ALIVE_FOR_SECONDS, EVENT_TYPES
from ._survive import survive

Report = Callable[[str, str, "int | None"], "Future[None]"]
"""Reports the status of an agent, with its time to live in seconds; None: without one."""

_SHORTEST_SECONDS = 5.0
_LONGEST_SECONDS = 6 * 3600.0

# The maximum time for which the end of a block waits until its agent is reported as offline.
SAY_OFFLINE_SECONDS = 5.0

_STATUSES = EVENT_TYPES["agent:status"]["status"]

# The time to live in intervals, as in TypeScript: several reports may be lost, and the next one late. It is at most a day.
_INTERVALS = 5


@dataclass
class _Kept:
    every: float
    alive_for: int
    status: str
    due: float


class Keeper:
    """The agents that a publisher keeps alive, and the thread that repeats their statuses."""

    def __init__(self, report: Report, lock: threading.RLock) -> None:
        """
        :param report: is called with the lock, so that a status is never repeated after a newer one was reported
        :param lock: the lock of the publisher
        """
        self._report = report
        self.after_fork(lock)

    def after_fork(self, lock: threading.RLock) -> None:
        """Only the parent process keeps its agents alive."""
        self._changed = threading.Condition(lock)
        self._kept: dict[str, _Kept] = {}
        self._thread: threading.Thread | None = None

    def keep(self, agent_id: str, every_seconds: float) -> None:
        """Reports an agent as online now, and then its newest status in every interval.

        :raises ValueError: if the interval is out of its limits, or the agent is kept alive already
        :raises MissionControlError: if the agent cannot be reported at all
        """
        if not _SHORTEST_SECONDS <= every_seconds <= _LONGEST_SECONDS:
            limits = f"{_SHORTEST_SECONDS:.0f} to {_LONGEST_SECONDS:.0f}"
            raise ValueError(f"every_seconds must be a number from {limits}")
        with self._changed:
            if agent_id in self._kept:
                raise ValueError("this publisher keeps the agent alive already")
            alive_for = min(ceil(every_seconds * _INTERVALS), ALIVE_FOR_SECONDS[1])
            first = self._report(agent_id, "online", alive_for)
            if first.done() and isinstance(error := first.exception(), MissionControlError):
                raise error
            due = time.monotonic() + every_seconds
            self._kept[agent_id] = _Kept(every_seconds, alive_for, "online", due)
            self._start()
            self._changed.notify_all()

    def extend(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Adds the time to live to the status of an agent that is kept alive, and remembers the status."""
        agent_id, status = values.get("agentId"), values.get("status")
        kept = self._kept.get(agent_id) if isinstance(agent_id, str) else None
        if kept is None:
            return values
        # An invalid status is refused, so the previous one is repeated.
        if isinstance(status, str) and status in _STATUSES:
            kept.status = status
        return {"aliveForSeconds": kept.alive_for, **values}

    def release(self, agent_id: str) -> Future[None] | None:
        """Reports an agent as offline. Returns None if there is nothing to report: it is not kept alive, or offline already."""
        with self._changed:
            kept = self._kept.pop(agent_id, None)
            if kept is None:
                return None
            self._changed.notify_all()
            return None if kept.status == "offline" else self._report(agent_id, "offline", None)

    def release_all(self) -> None:
        """Reports all agents that are kept alive as offline."""
        for agent_id in list(self._kept):
            self.release(agent_id)

    def _start(self) -> None:
        if self._thread is None:
            name = "mission-control-realtime-keep-alive"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        changed = self._changed
        with changed:
            while self._kept:
                changed.wait(self.repeat_due(time.monotonic()))
            self._thread = None

    def repeat_due(self, now: float) -> float:
        """Repeats the statuses whose interval is over. Returns the time until the next one, in seconds."""
        # A copy, because a report may call `on_error`, which may stop and add agents.
        for agent_id, kept in list(self._kept.items()):
            if kept.due <= now and self._kept.get(agent_id) is kept:
                kept.due = now + kept.every
                # An agent that has been reported as offline has no time to live.
                if kept.status == "offline":
                    continue
                # A report that fails is no reason to stop: the next one may succeed.
                report = partial(self._report, agent_id, kept.status, kept.alive_for)
                survive("on_error", report)
        return min((kept.due for kept in self._kept.values()), default=now) - now


class KeepAlive:
    """An agent that is kept alive until `stop`, or until the end of its `with` block."""

    def __init__(self, keeper: Keeper, agent_id: str) -> None:
        self._keeper = keeper
        self._agent_id = agent_id
        self._stopped = False

    def stop(self) -> None:
        """Reports the agent as `offline`, and waits for at most five seconds until that is sent. Never raises."""
        if (said := self.release()) is not None:
            wait([said], SAY_OFFLINE_SECONDS)

    def release(self) -> Future[None] | None:
        """Does the same as `stop`, without waiting. Returns None if there is nothing to report."""
        # The publisher may keep the agent alive once more since.
        if self._stopped:
            return None
        self._stopped = True
        return self._keeper.release(self._agent_id)

    def __enter__(self) -> KeepAlive:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
