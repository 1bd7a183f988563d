"""Pauses between attempts, limits, and what reaches `on_error` and the log."""

import pickle
import threading
import unittest
from collections.abc import Sequence
from unittest import mock

from mission_control_realtime import (
    EventInvalid,
    MissionControlError,
    NotSent,
    PublisherClosed,
)
from mission_control_realtime._outbox import Outbox
from mission_control_realtime._protocol.events import Event, parse_event
from mission_control_realtime._retry import Retrying, pause_seconds
from mission_control_realtime._transports.transport import Cause, Failure, Result

from .fake_service import FakeService, Heard, failing, publisher

LATER = Failure(Cause.NOT_SENT, "busy", may_pass_later=True)


def event(agent_id: str) -> Event:
    parsed = parse_event("agent:status", {"agentId": agent_id, "status": "online", "timestamp": 1})
    assert isinstance(parsed, Event)
    return parsed


class Script:
    """A transport with the next result for each attempt."""

    max_events = 100
    max_bytes = 1_000

    def __init__(self, *results: Result | BaseException) -> None:
        self.results = list(results)
        self.closed = threading.Event()

    def size_of(self, _event: Event) -> int:
        return 1

    def send(self, events: Sequence[Event]) -> list[Result]:
        result = self.results.pop(0) if self.results else None
        if isinstance(result, BaseException):
            raise result
        return [result] * len(events)

    def close(self) -> None:
        self.closed.set()

    def after_fork(self) -> None:
        self.close()


class Pauses(unittest.TestCase):
    def pauses(self, *results: Result, chance: float) -> list[float]:
        slept: list[float] = []
        retrying = Retrying(20, slept.append, lambda: chance)
        outbox = Outbox(Script(*results), retrying, Heard())
        outbox.add(event("a")).result(30)
        outbox.close()
        return slept

    def test_double_up_to_five_seconds_with_full_jitter(self) -> None:
        self.assertEqual(
            self.pauses(*[LATER] * 8, chance=1), [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
        )
        self.assertEqual(self.pauses(*[LATER] * 3, chance=0), [0, 0, 0])

    def test_stay_at_five_seconds_after_any_number_of_attempts(self) -> None:
        self.assertEqual(pause_seconds(1_100, 0, 1), 5.0)

    def test_are_at_least_as_long_as_the_service_asks_but_not_for_ever(self) -> None:
        asks = [Failure(Cause.NOT_SENT, "busy", True, seconds) for seconds in (2.0, 600.0)]
        self.assertEqual(self.pauses(*asks, chance=0.5), [2.05, 5.1])


class Outboxes(unittest.TestCase):
    def test_survive_a_fault_of_their_own(self) -> None:
        for fault in (RuntimeError("fault"), SystemExit("fault")):
            heard = Heard()
            outbox = Outbox(Script(fault), Retrying(), heard)
            self.assertIsInstance(outbox.add(event("a")).exception(30), NotSent)
            self.assertIsNone(outbox.add(event("b")).exception(30))
            self.assertEqual([one.reason for one in heard.errors], [type(fault).__name__])

    def test_survive_an_on_error_and_a_callback_that_exit(self) -> None:
        def leave(_told: object) -> None:
            raise SystemExit

        gate = threading.Semaphore(0)
        retrying = Retrying(sleep=lambda _s: gate.acquire(timeout=30))
        refused = Failure(Cause.NOT_SENT, "refused")
        outbox = Outbox(Script(LATER, refused, LATER), retrying, leave)
        with self.assertLogs("mission_control_realtime", "ERROR") as logged:
            for end in (NotSent, type(None)):
                reported = outbox.add(event("a"))
                reported.add_done_callback(leave)
                gate.release()
                self.assertIsInstance(reported.exception(30), end)
            self.assertEqual(outbox.flush(30), 0)
        messages = [record.getMessage() for record in logged.records]
        self.assertEqual(messages, ["on_error has failed", *["a callback has failed"] * 2])

    def test_close_their_connection_after_the_last_event(self) -> None:
        script = Script()
        outbox = Outbox(script, Retrying(), Heard())
        outbox.add(event("a"))
        self.assertEqual(outbox.close(30), 0)
        self.assertTrue(script.closed.wait(30))

    def test_say_how_many_events_are_left_after_the_timeout(self) -> None:
        outbox = Outbox(Script(LATER), Retrying(sleep=lambda _s: hold.wait(30)), Heard())
        hold = threading.Event()
        first = outbox.add(event("a"))
        outbox.add(event("b"))
        self.assertEqual(outbox.flush(0.01), 2)
        hold.set()
        first.result(30)
        self.assertEqual(outbox.close(30), 0)

    def test_take_at_most_ten_thousand_waiting_events(self) -> None:
        heard = Heard()
        with mock.patch("mission_control_realtime._outbox._MAX_WAITING", 0):
            outbox = Outbox(Script(), Retrying(), heard)
            error = failing(lambda: outbox.add(event("a")))
        self.assertEqual((type(error), error.reason), (NotSent, "too_many_events_wait"))

    def test_do_not_wait_for_themselves_in_a_callback(self) -> None:
        outbox = Outbox(Script(), Retrying(), Heard())
        flushed = threading.Event()

        def flush(_future: object) -> None:
            outbox.flush()
            flushed.set()

        outbox.add(event("a")).add_done_callback(flush)
        self.assertTrue(flushed.wait(30))


class Errors(unittest.TestCase):
    def test_of_an_invalid_event_list_its_faults_before_it_is_sent(self) -> None:
        heard = Heard()
        with FakeService() as service, publisher(service, heard) as mission_control:
            error = failing(lambda: mission_control.agent_status("agent-1", "busy"))
            failing(lambda: mission_control.agent_status(7, "online"))  # type: ignore[arg-type]
            failing(lambda: mission_control.broadcast("agent:mood", {}))
        assert isinstance(error, EventInvalid)
        problem = "status must be one of online, offline, error"
        self.assertEqual([str(fault) for fault in error.faults], [problem])
        self.assertEqual(str(error), f"Not a valid event: agent:status of agent-1: {problem}.")
        self.assertEqual((len(heard.errors), service.requests), (3, []))

    def test_of_a_closed_publisher_are_known(self) -> None:
        heard = Heard()
        with FakeService() as service:
            mission_control = publisher(service, heard)
            self.assertTrue(mission_control.close(30))
            error = failing(lambda: mission_control.agent_status("a", "online"))
            self.assertTrue(mission_control.close(30))
        self.assertEqual((type(error), service.requests), (PublisherClosed, []))

    def test_are_warnings_of_the_log_by_default_without_the_text(self) -> None:
        with FakeService((400, {})) as service, publisher(service) as mission_control:
            mission_control._on_error = None
            with self.assertLogs("mission_control_realtime", "WARNING") as logged:
                mission_control.session_activity("agent-1", "session-1", "secret")
                mission_control.flush(30)
        line = "Could not send in 1 attempt(s) (HTTP 400): session:activity of agent-1, session-1."
        self.assertEqual([record.getMessage() for record in logged.records], [line])

    def test_do_not_affect_other_events_if_on_error_raises(self) -> None:
        def fail(_error: MissionControlError) -> None:
            raise RuntimeError("bad handler")

        with FakeService((400, {})) as service, publisher(service) as mission_control:
            mission_control._on_error = fail
            with self.assertLogs("mission_control_realtime", "ERROR"):
                self.assertIsInstance(
                    failing(lambda: mission_control.agent_status("a", "online")), NotSent
                )
            mission_control.agent_status("a", "online").result(30)

    def test_can_be_sent_to_another_process(self) -> None:
        with FakeService() as service, publisher(service) as mission_control:
            error = failing(lambda: mission_control.agent_status("agent-1", "busy"))
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual(
            (type(copy), str(copy), copy.events), (EventInvalid, str(error), error.events)
        )
        self.assertEqual(copy.faults, getattr(error, "faults", None))
