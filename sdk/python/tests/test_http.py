"""Reports over HTTPS: requests, batches, repetitions, and one error class for each cause."""

import asyncio
import socket
import unittest

from mission_control_realtime import (
    AgentOutOfScope,
    EventInvalid,
    Fault,
    MissionControl,
    NotSent,
    TokenRefused,
    UnsentEvent,
)
from mission_control_realtime._retry import Retrying

from .fake_service import FakeService, Heard, failing, publisher

FAULT = {"path": "timestamp", "problem": "must not be later"}


class Requests(unittest.TestCase):
    def test_have_the_documented_form(self) -> None:
        with FakeService() as service, publisher(service) as mission_control:
            mission_control.agent_status("agent-1", "online", alive_for_seconds=60).result(30)
            mission_control.session_activity("agent-1", "session-1", "Hello \U0001f600").result(30)
        (path, headers, [status]), (_path, _headers, [activity]) = service.requests
        self.assertEqual(path, "/events")
        self.assertEqual(headers["authorization"], "Bearer the.token")
        self.assertEqual(headers["content-type"], "application/json")
        self.assertEqual(
            list(status["payload"]), ["agentId", "status", "timestamp", "aliveForSeconds"]
        )
        self.assertEqual((status["type"], activity["type"]), ("agent:status", "session:activity"))
        self.assertEqual(activity["payload"]["lastMessage"], "Hello \U0001f600")
        self.assertEqual(len(service.connections), 1)

    def test_have_all_events_that_wait_together_in_order_up_to_a_hundred(self) -> None:
        with FakeService() as service, publisher(service) as mission_control:
            service.open.clear()
            mission_control.agent_status("first", "online")
            service.asked.acquire(timeout=30)
            agents = [f"agent-{number}" for number in range(230)]
            for agent in agents:
                mission_control.agent_status(agent, "online")
            service.open.set()
            self.assertTrue(mission_control.flush(30))
        self.assertEqual([len(body) for body in service.bodies], [1, 100, 100, 30])
        self.assertEqual([agent for agent, _status in service.statuses], ["first", *agents])
        times = [event["payload"]["timestamp"] for body in service.bodies for event in body]
        self.assertEqual(times, sorted(set(times)))

    def test_stay_below_a_megabyte(self) -> None:
        with FakeService() as service, publisher(service) as mission_control:
            service.open.clear()
            for number in range(70):
                mission_control.session_activity("agent-1", f"session-{number}", "ä" * 16_000)
            service.open.set()
        self.assertEqual(sum(len(body) for body in service.bodies), 70)
        sizes = [int(headers["content-length"]) for _path, headers, _body in service.requests]
        self.assertLess(max(sizes), 1_000_000)

    def test_open_a_new_connection_if_the_server_has_closed_the_old_one(self) -> None:
        with FakeService() as service, publisher(service, max_attempts=1) as mission_control:
            mission_control.agent_status("a", "online").result(30)
            service.answers = [(0, None)]
            mission_control.agent_status("b", "online").result(30)
        self.assertEqual(len(service.connections), 2)


class Repetitions(unittest.TestCase):
    def test_follow_temporary_failures_of_the_service(self) -> None:
        for answer in (
            (500, {}),
            (503, {"code": "unavailable"}),
            (429, {"message": "Too Many Requests"}),
        ):
            with FakeService(answer) as service, publisher(service) as mission_control:
                mission_control.agent_status("a", "online").result(30)
                self.assertEqual(service.bodies[0], service.bodies[1])

    def test_wait_as_long_as_the_service_asks(self) -> None:
        slept: list[float] = []
        with FakeService((503, {}), header=("retry-after", "2")) as service:
            with publisher(service) as mission_control:
                mission_control._outbox._retrying = Retrying(5, slept.append, lambda: 0)
                mission_control.agent_status("a", "online").result(30)
        self.assertEqual(slept, [2])

    def test_have_only_the_events_that_were_not_accepted(self) -> None:
        results = [{"status": 202}, {"status": 503, "code": "unavailable"}, {"status": 202}]
        with FakeService((202, {}), (207, {"results": results})) as service:
            with publisher(service) as mission_control:
                service.open.clear()
                mission_control.agent_status("first", "online")
                service.asked.acquire(timeout=30)
                reported = [mission_control.agent_status(agent, "online") for agent in "abc"]
                service.open.set()
                for one in reported:
                    one.result(30)
        self.assertEqual([agent for agent, _ in service.statuses], ["first", "a", "b", "c", "b"])

    def test_end_with_the_last_attempt(self) -> None:
        heard = Heard()
        with FakeService(*[(500, {})] * 3) as service:
            with publisher(service, heard, max_attempts=3) as mission_control:
                error = failing(lambda: mission_control.agent_status("agent-1", "online"))
        self.assertIsInstance(error, NotSent)
        message = "Could not send in 3 attempt(s) (HTTP 500): agent:status of agent-1."
        self.assertEqual((str(error), error.reason), (message, "HTTP 500"))
        self.assertEqual(error.events, (UnsentEvent("agent:status", {"agentId": "agent-1"}),))
        self.assertEqual([str(one) for one in heard.errors], [message])
        self.assertEqual(len(service.requests), 3)

    def test_follow_a_network_that_fails(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with MissionControl(url, token="t", max_attempts=2, on_error=Heard()) as mission_control:
            error = failing(lambda: mission_control.agent_status("a", "online"))
        self.assertEqual((type(error), error.reason), (NotSent, "ConnectionRefusedError"))
        self.assertIsInstance(error.__cause__, ConnectionRefusedError)

    def test_do_not_follow_an_answer_that_stays_the_same(self) -> None:
        for status, body, reason in (
            (404, {"message": "Not Found"}, "HTTP 404"),
            (301, {}, "HTTP 301"),
            (200, "a page", "HTTP 200"),
            (400, {"code": "body_invalid", "message": "…"}, "body_invalid"),
        ):
            with FakeService((status, body)) as service, publisher(service) as mission_control:
                error = failing(lambda: mission_control.agent_status("a", "online"))
                self.assertEqual((type(error), error.reason), (NotSent, reason))
                self.assertEqual(len(service.requests), 1)


class Causes(unittest.TestCase):
    def test_have_a_class_each_in_a_mixed_answer(self) -> None:
        results = [
            {"status": 202},
            {"status": 400, "code": "event_invalid", "faults": [FAULT]},
            {"status": 403, "code": "agent_out_of_scope"},
            {"status": 403, "code": "agent_out_of_scope"},
        ]
        heard = Heard()
        with FakeService((202, {}), (207, {"results": results})) as service:
            with publisher(service, heard) as mission_control:
                service.open.clear()
                mission_control.agent_status("first", "online")
                service.asked.acquire(timeout=30)
                accepted, *failed = [
                    mission_control.agent_status(agent, "online") for agent in "abcd"
                ]
                service.open.set()
                self.assertIsNone(accepted.result(30))
                invalid, *foreign = [one.exception(30) for one in failed]
        assert isinstance(invalid, EventInvalid)
        self.assertEqual(invalid.faults, (Fault("timestamp", "must not be later"),))
        self.assertEqual([type(one) for one in foreign], [AgentOutOfScope, AgentOutOfScope])
        # Once for all events that failed for the same reason.
        self.assertEqual([len(one.events) for one in heard.errors], [1, 2])

    def test_are_known_in_an_answer_to_a_single_event(self) -> None:
        for answer, kind in (
            ((400, {"code": "event_invalid", "faults": [FAULT]}), EventInvalid),
            ((403, {"code": "agent_out_of_scope"}), AgentOutOfScope),
            ((403, {"message": "Forbidden"}), TokenRefused),
            ((401, {"code": "token_expired"}), TokenRefused),
        ):
            with FakeService(answer) as service, publisher(service) as mission_control:
                error = failing(lambda: mission_control.agent_status("a", "online"))
                self.assertIs(type(error), kind)


class Tokens(unittest.TestCase):
    def test_are_asked_for_once_more_after_a_refusal(self) -> None:
        tokens = iter(["old", "new"])
        with FakeService((401, {"message": "Unauthorized"})) as service:
            with publisher(service, token=lambda: next(tokens)) as mission_control:
                mission_control.agent_status("a", "online").result(30)
                mission_control.agent_status("b", "online").result(30)
        self.assertEqual(service.tokens, ["Bearer old", "Bearer new", "Bearer new"])

    def test_are_refused_if_the_second_one_is(self) -> None:
        tokens = iter(["one", "two", "three"])
        refusal = (401, {"code": "token_expired"})
        with FakeService(refusal, refusal) as service:
            with publisher(service, token=lambda: next(tokens)) as mission_control:
                error = failing(lambda: mission_control.agent_status("a", "online"))
                self.assertEqual((type(error), error.reason), (TokenRefused, "token_expired"))
                mission_control.agent_status("a", "online").result(30)
        self.assertEqual(service.tokens, ["Bearer one", "Bearer two", "Bearer three"])

    def test_that_are_the_same_are_not_sent_again(self) -> None:
        for token in ("fixed", lambda: "fixed"):
            with (
                FakeService((401, {})) as service,
                publisher(service, token=token) as mission_control,
            ):
                failing(lambda: mission_control.agent_status("a", "online"))
                self.assertEqual(len(service.requests), 1)

    def test_may_be_there_a_moment_later(self) -> None:
        tokens = iter([None, "token"])

        def get_token() -> str:
            token = next(tokens)
            if token is None:
                raise OSError("no token yet")
            return token

        with FakeService() as service, publisher(service, token=get_token) as mission_control:
            mission_control.agent_status("a", "online").result(30)
        self.assertEqual(service.tokens, ["Bearer token"])

    def test_that_are_given_up_fail_these_events_only(self) -> None:
        for kind in (SystemExit, asyncio.CancelledError, KeyboardInterrupt):
            given: list[str | BaseException] = [kind(), "token"]

            def get_token(given: list[str | BaseException] = given) -> str:
                token = given.pop(0)
                if isinstance(token, BaseException):
                    raise token
                return token

            heard = Heard()
            with (
                FakeService() as service,
                publisher(service, heard, token=get_token) as mission_control,
            ):
                error = failing(lambda: mission_control.agent_status("a", "online"))
                self.assertEqual((type(error), error.reason), (NotSent, kind.__name__))
                self.assertIsInstance(error.__cause__, kind)
                mission_control.agent_status("b", "online").result(30)
                self.assertTrue(mission_control.flush(30))
            self.assertEqual((len(heard.errors), service.statuses), (1, [("b", "online")]))

    def test_are_in_no_error_and_no_representation(self) -> None:
        for token in ("secret\r\nX-Injected: 1", "secret ü", "", "secret more"):
            heard = Heard()
            with (
                FakeService() as service,
                publisher(service, heard, token=token) as mission_control,
            ):
                error = failing(lambda: mission_control.agent_status("a", "online"))
                self.assertEqual((type(error), error.reason), (TokenRefused, "token_malformed"))
                told = (
                    f"{error!r} {error.__cause__!r} {mission_control!r} {mission_control.__dict__}"
                )
                self.assertNotIn("secret", told + str(heard.errors))
                self.assertEqual(service.requests, [])
