"""The publisher of programs with threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any

from . import _process
from ._errors import EventInvalid, MissionControlError, PublisherClosed
from ._keep_alive import KeepAlive, Keeper
from ._outbox import Outbox
from ._protocol.events import Event, parse_event, unsent_of
from ._retry import Retrying
from ._timestamps import timestamps
from ._transports.choose import choose_transport


class MissionControl:
    """Reports events of agents. All methods may be called from any thread.

    A report returns at once, with a future: it ends when the service has accepted the event, or with a
    `MissionControlError`. You need not wait for it. A failure is also given to `on_error`, once for all events that failed
    for the same reason. Events that wait together share a request, and keep their order. Before the process ends, waiting
    events are sent; that takes at most five seconds.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | Callable[[], str] | None = None,
        event_bus: str | None = None,
        event_source: str = "mission-control",
        client: Any = None,
        max_attempts: int = 5,
        on_error: Callable[[MissionControlError], object] | None = None,
    ) -> None:
        """Creates a publisher that reports over HTTPS (`url` and `token`), or to an event bus (`event_bus`).

        :param url: the URL of POST /events, or its origin; `http:` only if it is on this machine
        :param token: the token, or a function that returns one. It is called again, once, if the service refuses a token.
            It is called in another thread
        :param event_bus: name or ARN of the event bus; needs boto3
        :param event_source: the source of events on the bus
        :param client: the client of boto3 for `events`; default: one with the region and credentials that boto3 finds
        :param max_attempts: the maximum number of attempts to send an event
        :param on_error: is called with the error of events that were not accepted, in another thread or in that of the
            report. Default: a warning of the logger `mission_control_realtime`
        :raises ValueError: if the arguments contradict each other, or `url` is none
        """
        self._on_error = on_error
        transport = choose_transport(url, token, event_bus, event_source, client)
        self._outbox = Outbox(transport, Retrying(max_attempts), self._report_error)
        self._lock = threading.RLock()
        self._keeper = Keeper(self._report_status, self._lock)
        self._closed = False
        _process.watch(self)

    def agent_status(
        self, agent_id: str, status: str, alive_for_seconds: int | None = None
    ) -> Future[None]:
        """Reports that an agent is `online` (running and healthy), `offline` (stopped) or in `error` (failed).

        :param agent_id: 1 to 128 bytes of UTF-8
        :param alive_for_seconds: 10 to 86,400. If the service gets no other report of the agent within that time, it
            reports the agent as `offline`. Default: none, or that of `keep_alive`
        """
        return self._report_status(agent_id, status, alive_for_seconds)

    def session_activity(self, agent_id: str, session_id: str, last_message: str) -> Future[None]:
        """Reports the newest message of a session.

        :param agent_id: 1 to 128 bytes of UTF-8
        :param session_id: 1 to 128 bytes of UTF-8
        :param last_message: any text; the whole message may have at most 32,640 bytes
        """
        values = {"agentId": agent_id, "sessionId": session_id, "lastMessage": last_message}
        return self.broadcast("session:activity", values)

    def broadcast(self, event_type: str, values: Mapping[str, object]) -> Future[None]:
        """Reports an event of any type, e.g. `broadcast("agent:status", {"agentId": "agent-123", "status": "online"})`.

        :param values: the payload of the event, without its `timestamp`
        """
        with self._lock:
            if event_type == "agent:status":
                values = self._keeper.extend(values)
            now = time.time_ns() // 1_000_000
            event = parse_event(event_type, {**values, "timestamp": timestamps.next(now)})
            unsent = unsent_of(event_type, values)
            if self._closed:
                message = f"The publisher is closed: {unsent}."
                return self._refuse(lambda: PublisherClosed(message, [unsent], "publisher_closed"))
            if isinstance(event, Event):
                return self._outbox.add(event)
        faults = event
        message = f"Not a valid event: {unsent}: {'; '.join(map(str, faults))}."
        return self._refuse(lambda: EventInvalid(message, [unsent], faults=faults))

    def keep_alive(self, agent_id: str, *, every_seconds: float = 30) -> KeepAlive:
        """Reports an agent as online now, and its newest status in every interval until the end of the `with` block:

            with mission_control.keep_alive("agent-123"):
                work()

        Then the agent is reported as `offline`, also if the block raises an exception, and before the process ends. If the
        process is killed, the service reports the agent as `offline` after five intervals. Statuses that are reported for
        the agent within the block have this time to live, too.

        :param every_seconds: 5 to 21,600
        :raises ValueError: if `every_seconds` is out of its limits, or the agent is kept alive already
        :raises MissionControlError: if the agent's id is invalid, or the publisher is closed
        """
        self._keeper.keep(agent_id, every_seconds)
        return KeepAlive(self._keeper, agent_id)

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until all events that were reported so far are accepted or have failed.

        :param timeout: the maximum time to wait, in seconds. Default: as long as all attempts take
        :returns: whether they are
        """
        return self._outbox.flush(timeout) == 0

    def close(self, timeout: float | None = None) -> bool:
        """Reports the agents that are kept alive as `offline`, refuses further events, and waits like `flush`."""
        with self._lock:
            self._keeper.release_all()
            self._closed = True
        _process.unwatch(self)
        left = self._outbox.close(timeout)
        if left > 0:
            _process.logger.warning("%d event(s) were not sent before the end.", left)
        return left == 0

    def __enter__(self) -> MissionControl:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _report_status(self, agent_id: str, status: str, alive_for: int | None) -> Future[None]:
        alive = {} if alive_for is None else {"aliveForSeconds": alive_for}
        return self.broadcast("agent:status", {"agentId": agent_id, "status": status, **alive})

    def _refuse(self, error: Callable[[], MissionControlError]) -> Future[None]:
        self._report_error(error())
        refused: Future[None] = Future()
        refused.set_exception(error())
        return refused

    def _report_error(self, error: MissionControlError) -> None:
        if self._on_error is None:
            _process.logger.warning("%s", error)
            return
        try:
            self._on_error(error)
        except Exception:
            _process.logger.exception("on_error has failed")

    def _after_fork(self) -> None:
        self._lock = threading.RLock()
        self._keeper.after_fork(self._lock)
        self._outbox.after_fork()
