"""Sends waiting events in their order, in one thread, and repeats those that were not accepted."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from ._errors import MissionControlError
from ._protocol.events import Event
from ._retry import Retrying, pause_seconds
from ._survive import survive
from ._transports.error_of import error_of
from ._transports.transport import Cause, Failure, Transport

# The maximum number of events that wait. More come only if the service is not reached for a long time.
_MAX_WAITING = 10_000


@dataclass
class _Pending:
    event: Event
    future: Future[None] = field(default_factory=Future)


class Outbox:
    """The events of a publisher that are not settled yet."""

    def __init__(
        self,
        transport: Transport,
        retrying: Retrying,
        on_error: Callable[[MissionControlError], object],
    ) -> None:
        self._transport = transport
        self._retrying = retrying
        self._on_error = on_error
        self._forget()

    def _forget(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[_Pending] = deque()
        self._added = 0
        self._settled = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def add(self, event: Event) -> Future[None]:
        """Sends an event after those that were added before. The future ends with a MissionControlError if it fails."""
        pending = _Pending(event)
        # So that it cannot be cancelled: a reported event is sent.
        pending.future.set_running_or_notify_cancel()
        with self._changed:
            reason = self._why_not()
            if reason is None:
                self._waiting.append(pending)
                self._added += 1
                self._changed.notify_all()
                return pending.future
        failure = Failure(Cause.NOT_SENT, reason)
        self._on_error(error_of(failure, [event.unsent], 0))
        pending.future.set_exception(error_of(failure, [event.unsent], 0))
        return pending.future

    def _why_not(self) -> str | None:
        """Starts the thread if there is none. Returns why no event can be added."""
        if len(self._waiting) >= _MAX_WAITING:
            return "too_many_events_wait"
        if self._thread is not None:
            return None
        # A daemon, so that a process that ends does not wait for ever. _process.py waits for some seconds.
        name = "mission-control-realtime"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # Since Python 3.12, no thread can be started while the interpreter ends.
            return "process_ends"
        self._thread = thread
        return None

    def flush(self, timeout: float | None = None) -> int:
        """Waits until all events that were added so far are settled.

        :param timeout: the maximum time to wait, in seconds; None: until they are settled
        :returns: the number of these events that are not settled
        """
        with self._changed:
            wanted = self._added
            # A callback of a future runs in the thread that it would wait for.
            if threading.current_thread() is not self._thread:
                self._changed.wait_for(lambda: self._settled >= wanted, timeout)
            return max(0, wanted - self._settled)

    def close(self, timeout: float | None = None) -> int:
        """Does the same as `flush`; then the thread ends."""
        left = self.flush(timeout)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        return left

    def after_fork(self) -> None:
        """The events of the parent process are sent by the parent. A child has no thread."""
        self._forget()
        self._transport.after_fork()

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                self._send(batch)
            except BaseException as error:
                # A fault of this package, or what is no `Exception`, e.g. a `SystemExit` of the source of tokens. The events
                # after these are still sent, because nothing starts this thread again.
                failure = Failure(Cause.NOT_SENT, type(error).__name__, exception=error)
                self._give_up(failure, [one for one in batch if not one.future.done()], 1)
            with self._changed:
                self._settled += len(batch)
                self._changed.notify_all()
        self._transport.close()

    def _next_batch(self) -> list[_Pending]:
        """Waits for events, and returns as many as fit into one request. None are left after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            batch: list[_Pending] = []
            size = 0
            while self._waiting and len(batch) < self._transport.max_events:
                size += self._transport.size_of(self._waiting[0].event)
                if batch and size > self._transport.max_bytes:
                    break
                batch.append(self._waiting.popleft())
            return batch

    def _send(self, batch: Sequence[_Pending]) -> None:
        left = list(batch)
        attempts = 0
        while left:
            results = self._transport.send([pending.event for pending in left])
            attempts += 1
            again: list[_Pending] = []
            lost: dict[Failure, list[_Pending]] = {}
            wait = 0.0
            for pending, failure in zip(left, results, strict=True):
                if failure is None:
                    survive("a callback", partial(pending.future.set_result, None))
                elif failure.may_pass_later and attempts < self._retrying.max_attempts:
                    again.append(pending)
                    wait = max(wait, failure.retry_after)
                else:
                    lost.setdefault(failure, []).append(pending)
            for failure, events in lost.items():
                self._give_up(failure, events, attempts)
            left = again
            if left:
                chance = self._retrying.random()
                self._retrying.sleep(pause_seconds(attempts, wait, chance))

    def _give_up(self, failure: Failure, lost: Sequence[_Pending], attempts: int) -> None:
        if lost:
            error = error_of(failure, [one.event.unsent for one in lost], attempts)
            survive("on_error", partial(self._on_error, error))
        for one in lost:
            # Each gets an error of its own, because an error that is raised keeps its traceback.
            error = error_of(failure, [one.event.unsent], attempts)
            survive("a callback", partial(one.future.set_exception, error))
