"""The twins for asyncio: they do not block the event loop, and nothing is reported twice."""

import asyncio
import gc
import threading
import time
import unittest
from typing import Any

from mission_control_realtime import AsyncMissionControl, EventInvalid, MissionControlError, NotSent

from .fake_service import FakeService, Heard


class Async(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        self.service = FakeService()
        self.addCleanup(self.service.__exit__)

    def publisher(self, **options: Any) -> AsyncMissionControl:
        options.setdefault("token", "the.token")
        options.setdefault("on_error", Heard())
        return AsyncMissionControl(self.service.url, **options)

    async def test_reports_await_the_service(self) -> None:
        async with self.publisher() as mission_control:
            await mission_control.agent_status("a", "online", alive_for_seconds=10)
            await mission_control.session_activity("a", "s", "Hello")
            await mission_control.broadcast("agent:status", {"agentId": "a", "status": "error"})
        types = [event["type"] for body in self.service.bodies for event in body]
        self.assertEqual(types, ["agent:status", "session:activity", "agent:status"])

    async def test_reports_that_are_not_awaited_are_sent_too(self) -> None:
        async with self.publisher() as mission_control:
            mission_control.agent_status("a", "online")
            mission_control.agent_status("b", "online")
            self.assertTrue(await mission_control.flush(30))
            self.assertEqual(self.service.statuses, [("a", "online"), ("b", "online")])

    async def test_the_loop_runs_while_the_service_is_slow(self) -> None:
        async with self.publisher() as mission_control:
            self.service.open.clear()
            reported = mission_control.agent_status("a", "online")
            await asyncio.to_thread(self.service.asked.acquire, timeout=30)
            self.assertFalse(await mission_control.flush(0.01))
            self.service.open.set()
            await reported

    async def test_failures_reach_on_error_in_the_loop_and_asyncio_logs_nothing(self) -> None:
        heard: list[tuple[MissionControlError, threading.Thread]] = []
        self.service.answers = [(400, {})]
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: complaints.append(context)
        )
        on_error = lambda error: heard.append((error, threading.current_thread()))  # noqa: E731
        async with self.publisher(on_error=on_error) as mission_control:
            mission_control.agent_status("a", "online")
            mission_control.agent_status("a", "busy")
        await asyncio.sleep(0)
        gc.collect()
        self.assertEqual({type(error) for error, _thread in heard}, {NotSent, EventInvalid})
        self.assertEqual({thread for _error, thread in heard}, {threading.current_thread()})
        self.assertEqual(complaints, [])

    async def test_an_awaited_failure_is_raised(self) -> None:
        async with self.publisher() as mission_control:
            with self.assertRaises(EventInvalid):
                await mission_control.agent_status("", "online")

    async def test_a_report_is_sent_although_its_await_is_cancelled(self) -> None:
        async with self.publisher() as mission_control:
            self.service.open.clear()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(mission_control.agent_status("a", "online"), 0.01)
            self.service.open.set()
        self.assertEqual(self.service.statuses, [("a", "online")])

    async def test_a_token_may_come_from_a_coroutine(self) -> None:
        async def get_token() -> str:
            await asyncio.sleep(0)
            return "from.coroutine"

        async with self.publisher(token=get_token) as mission_control:
            await mission_control.agent_status("a", "online")
        self.assertEqual(self.service.tokens, ["Bearer from.coroutine"])

    async def test_a_block_keeps_alive_and_says_offline(self) -> None:
        async with self.publisher() as mission_control:
            with self.assertRaises(RuntimeError):
                async with mission_control.keep_alive("a", every_seconds=5):
                    raise RuntimeError("work has failed")
            self.assertEqual(self.service.statuses, [("a", "online"), ("a", "offline")])

    async def test_a_cancelled_task_says_offline(self) -> None:
        async with self.publisher() as mission_control:

            async def work() -> None:
                async with mission_control.keep_alive("a"):
                    await asyncio.sleep(3600)

            task = asyncio.create_task(work())
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertEqual(self.service.statuses, [("a", "online"), ("a", "offline")])


class AfterTheLoop(unittest.TestCase):
    def test_errors_still_reach_on_error(self) -> None:
        heard = Heard()
        with FakeService((400, {})) as service:

            async def main() -> None:
                service.open.clear()
                AsyncMissionControl(service.url, token="t", on_error=heard).agent_status(
                    "a", "online"
                )

            asyncio.run(main())
            service.open.set()
            deadline = time.monotonic() + 30
            while not heard.errors and time.monotonic() < deadline:
                time.sleep(0.01)
        self.assertEqual([type(error) for error in heard.errors], [NotSent])
