"""Agents that are kept alive: repetitions, their time to live, and the end."""

import sys
import threading
import time
import unittest
from collections.abc import Callable
from concurrent.futures import Future
from unittest.mock import Mock, patch

from mission_control_realtime import EventInvalid, PublisherClosed, _keep_alive
from mission_control_realtime._keep_alive import Keeper

from .fake_service import FakeService, Heard, publisher


class Repeating(unittest.TestCase):
    def setUp(self) -> None:
        self.reported: list[tuple[str, str, int | None]] = []
        self.fails = False
        # What the application does in its `on_error`, once.
        self.during: Callable[[], object] | None = None

        def report(agent_id: str, status: str, alive_for: int | None) -> Future[None]:
            self.reported.append((agent_id, status, alive_for))
            during, self.during = self.during, None
            if during is not None:
                during()
            future: Future[None] = Future()
            if self.fails:
                future.set_exception(OSError())
            else:
                future.set_result(None)
            return future

        self.keeper = Keeper(report, threading.RLock())
        self.start = 1_000.0
        # The clock of the keeper stands still, so no result depends on the speed of the machine.
        clock = patch.object(_keep_alive, "time", Mock(monotonic=lambda: self.start))
        clock.start()
        self.addCleanup(clock.stop)

    def test_reports_at_once_and_in_every_interval_with_five_intervals_to_live(self) -> None:
        self.keeper.keep("a", 30)
        self.assertEqual(self.reported, [("a", "online", 150)])
        self.assertEqual(self.keeper.repeat_due(self.start + 29.5), 0.5)
        self.assertEqual(len(self.reported), 1)
        self.assertEqual(self.keeper.repeat_due(self.start + 31), 30)
        self.assertEqual(self.reported[1:], [("a", "online", 150)])

    def test_repeats_the_newest_valid_status(self) -> None:
        self.keeper.keep("a", 30)
        for agent_id, status, alive in (
            ("a", "error", 150),
            ("a", "busy", 150),
            ("b", "error", None),
        ):
            extended = self.keeper.extend({"agentId": agent_id, "status": status})
            self.assertEqual(extended.get("aliveForSeconds"), alive)
        self.keeper.repeat_due(self.start + 31)
        self.assertEqual(self.reported[1:], [("a", "error", 150)])

    def test_repeats_no_offline_and_says_it_once_but_repeats_a_later_status(self) -> None:
        self.keeper.keep("a", 30)
        self.keeper.extend({"agentId": "a", "status": "offline"})
        self.assertEqual(self.keeper.repeat_due(self.start + 31), 30)
        self.keeper.extend({"agentId": "a", "status": "error"})
        self.keeper.repeat_due(self.start + 62)
        self.assertEqual(self.reported[1:], [("a", "error", 150)])
        self.keeper.extend({"agentId": "a", "status": "offline"})
        self.assertIsNone(self.keeper.release("a"))
        self.assertEqual(len(self.reported), 2)

    def test_goes_on_after_a_report_that_failed(self) -> None:
        self.keeper.keep("a", 30)
        self.fails = True
        self.keeper.repeat_due(self.start + 31)
        self.keeper.repeat_due(self.start + 62)
        self.assertEqual(len(self.reported), 3)

    def test_goes_on_if_the_application_stops_and_adds_agents_during_a_repetition(self) -> None:
        for agent in "abc":
            self.keeper.keep(agent, 30)

        def during() -> None:
            self.keeper.release("b")
            self.keeper.keep("d", 30)

        self.during = during
        self.reported.clear()
        self.keeper.repeat_due(self.start + 31)
        self.assertEqual(
            [(agent, status) for agent, status, _alive in self.reported],
            [("a", "online"), ("b", "offline"), ("d", "online"), ("c", "online")],
        )

    def test_ends_at_once_if_the_application_stops_all_agents_during_a_repetition(self) -> None:
        self.keeper.keep("a", 30)
        self.during = self.keeper.release_all
        self.assertEqual(self.keeper.repeat_due(self.start + 31), 0)

    def test_goes_on_if_the_application_exits_during_a_repetition(self) -> None:
        for agent in "ab":
            self.keeper.keep(agent, 30)
        self.during = sys.exit
        with self.assertLogs("mission_control_realtime", "ERROR"):
            self.keeper.repeat_due(self.start + 31)
        self.assertEqual([agent for agent, _s, _a in self.reported], ["a", "b", "a", "b"])

    def test_keeps_several_agents_each_in_its_own_interval(self) -> None:
        self.keeper.keep("a", 30)
        self.keeper.keep("b", 100)
        self.keeper.repeat_due(self.start + 31)
        self.assertEqual(
            self.reported, [("a", "online", 150), ("b", "online", 500), ("a", "online", 150)]
        )

    def test_allows_intervals_from_five_seconds_to_six_hours(self) -> None:
        for seconds in (4.9, 21_601, float("nan")):
            with self.assertRaises(ValueError):
                self.keeper.keep("a", seconds)
        self.keeper.keep("a", 5)
        self.keeper.keep("b", 21_600)
        self.assertEqual([alive for _a, _s, alive in self.reported], [25, 86_400])

    def test_says_offline_once(self) -> None:
        self.keeper.keep("a", 30)
        self.assertIsNotNone(self.keeper.release("a"))
        self.assertIsNone(self.keeper.release("a"))
        self.assertEqual(self.reported[1:], [("a", "offline", None)])


class Blocks(unittest.TestCase):
    def test_say_offline_at_their_end_and_after_an_exception(self) -> None:
        with FakeService() as service, publisher(service) as mission_control:
            with mission_control.keep_alive("a", every_seconds=5):
                mission_control.agent_status("a", "error")
            with self.assertRaises(RuntimeError), mission_control.keep_alive("b"):
                raise RuntimeError("work has failed")
        expected = [
            ("a", "online"),
            ("a", "error"),
            ("a", "offline"),
            ("b", "online"),
            ("b", "offline"),
        ]
        self.assertEqual(service.statuses, expected)
        payloads = [event["payload"] for body in service.bodies for event in body]
        alive = [payload.get("aliveForSeconds") for payload in payloads]
        self.assertEqual(alive, [25, 25, None, 150, None])

    def test_prolong_and_repeat_a_status_of_broadcast_too(self) -> None:
        with FakeService() as service, publisher(service) as mission_control:
            with mission_control.keep_alive("a", every_seconds=5):
                for extra in ({}, {"aliveForSeconds": 60}):
                    values = {"agentId": "a", "status": "error", **extra}
                    mission_control.broadcast("agent:status", values).result(30)
                other = {"agentId": "b", "status": "error"}
                mission_control.broadcast("agent:status", other).result(30)
                mission_control._keeper.repeat_due(time.monotonic() + 6)
                mission_control.flush(30)
                payloads = [event["payload"] for body in service.bodies for event in body]
        self.assertEqual(
            [(one["agentId"], one["status"], one.get("aliveForSeconds")) for one in payloads],
            [
                ("a", "online", 25),
                ("a", "error", 25),
                ("a", "error", 60),
                ("b", "error", None),
                ("a", "error", 25),
            ],
        )

    def test_are_over_when_the_publisher_is_closed(self) -> None:
        with FakeService() as service:
            with publisher(service) as mission_control:
                kept = mission_control.keep_alive("a")
            kept.stop()
            with self.assertRaises(PublisherClosed):
                mission_control.keep_alive("a")
        self.assertEqual(service.statuses, [("a", "online"), ("a", "offline")])

    def test_refuse_an_agent_that_is_invalid_or_kept_alive_already(self) -> None:
        heard = Heard()
        with FakeService() as service, publisher(service, heard) as mission_control:
            with self.assertRaises(EventInvalid):
                mission_control.keep_alive("")
            with mission_control.keep_alive("a"), self.assertRaises(ValueError):
                mission_control.keep_alive("a")
            with mission_control.keep_alive("a") as kept:
                kept.stop()
                kept.stop()
        self.assertEqual([status for _a, status in service.statuses], ["online", "offline"] * 2)
