"""The publisher of programs with asyncio."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import Future
from types import TracebackType
from typing import Any

from ._errors import MissionControlError
from ._keep_alive import SAY_OFFLINE_SECONDS, KeepAlive
from ._mission_control import MissionControl

# The maximum time for which the sending thread waits for a token of a coroutine.
_TOKEN_SECONDS = 30.0


class AsyncMissionControl:
    """Reports events of agents as `MissionControl` does, without blocking the event loop: a thread sends.

    Call its methods in one event loop. A report begins when the method is called, whether its future is awaited or not.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | Callable[[], str | Awaitable[str]] | None = None,
        event_bus: str | None = None,
        event_source: str = "mission-control",
        client: Any = None,
        max_attempts: int = 5,
        on_error: Callable[[MissionControlError], object] | None = None,
    ) -> None:
        """Takes the arguments of `MissionControl`.

        :param token: the token, or a function that returns one. A coroutine function runs in the event loop; any other
            function in another thread
        :param on_error: is called in the event loop. Default: a warning of the logger `mission_control_realtime`
        """
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_error = on_error
        self._publisher = MissionControl(
            url,
            token=self._blocking(token) if callable(token) else token,
            event_bus=event_bus,
            event_source=event_source,
            client=client,
            max_attempts=max_attempts,
            on_error=None if on_error is None else self._report_error,
        )

    def agent_status(
        self, agent_id: str, status: str, alive_for_seconds: int | None = None
    ) -> asyncio.Future[None]:
        """Reports the status of an agent; see `MissionControl.agent_status`."""
        self._loop = asyncio.get_running_loop()
        return _awaitable(self._publisher.agent_status(agent_id, status, alive_for_seconds))

    def session_activity(
        self, agent_id: str, session_id: str, last_message: str
    ) -> asyncio.Future[None]:
        """Reports the newest message of a session; see `MissionControl.session_activity`."""
        self._loop = asyncio.get_running_loop()
        return _awaitable(self._publisher.session_activity(agent_id, session_id, last_message))

    def broadcast(self, event_type: str, values: Mapping[str, object]) -> asyncio.Future[None]:
        """Reports an event of any type; see `MissionControl.broadcast`."""
        self._loop = asyncio.get_running_loop()
        return _awaitable(self._publisher.broadcast(event_type, values))

    def keep_alive(self, agent_id: str, *, every_seconds: float = 30) -> AsyncKeepAlive:
        """Reports an agent as online now, and its newest status in every interval until the end of the block:

            async with mission_control.keep_alive("agent-123"):
                await work()

        See `MissionControl.keep_alive`.
        """
        self._loop = asyncio.get_running_loop()
        return AsyncKeepAlive(self._publisher.keep_alive(agent_id, every_seconds=every_seconds))

    async def flush(self, timeout: float | None = None) -> bool:
        """Waits until all events that were reported so far are accepted or have failed; see `MissionControl.flush`."""
        return await asyncio.to_thread(self._publisher.flush, timeout)

    async def close(self, timeout: float | None = None) -> bool:
        """Reports the agents that are kept alive as `offline`, refuses further events, and waits like `flush`."""
        return await asyncio.to_thread(self._publisher.close, timeout)

    async def __aenter__(self) -> AsyncMissionControl:
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _report_error(self, error: MissionControlError) -> None:
        if self._on_error is None:
            return
        if self._loop is None or self._loop.is_closed():
            self._on_error(error)
        else:
            self._loop.call_soon_threadsafe(self._on_error, error)

    def _blocking(self, token: Callable[[], str | Awaitable[str]]) -> Callable[[], str]:
        """Returns a function for the sending thread, which waits for coroutines in the event loop."""

        def get_token() -> str:
            given = token()
            if isinstance(given, str):
                return given
            coroutine = _coroutine(given)
            if self._loop is None or self._loop.is_closed():
                coroutine.close()
                raise RuntimeError("there is no event loop for the token")
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_TOKEN_SECONDS)

        return get_token


class AsyncKeepAlive:
    """An agent that is kept alive until `stop`, or until the end of its `async with` block."""

    def __init__(self, kept: KeepAlive) -> None:
        self._kept = kept

    async def stop(self) -> None:
        """Reports the agent as `offline`, and waits for at most five seconds until that is sent. Never raises."""
        if (said := self._kept.release()) is not None:
            await asyncio.wait([_awaitable(said)], timeout=SAY_OFFLINE_SECONDS)

    async def __aenter__(self) -> AsyncKeepAlive:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()


async def _resolve(given: Awaitable[str]) -> str:
    return await given


def _coroutine(given: Awaitable[str]) -> Coroutine[Any, Any, str]:
    return given if inspect.iscoroutine(given) else _resolve(given)


def _awaitable(reported: Future[None]) -> asyncio.Future[None]:
    future = asyncio.wrap_future(reported)
    # `on_error` has the failure. Without this, asyncio would log one that is not awaited once more.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future
