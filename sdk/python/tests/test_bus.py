"""Reports to the event bus: entries, error codes, and a client without boto3."""

import json
import sys
import unittest
from typing import Any
from unittest import mock

from mission_control_realtime import MissionControl, NotSent

from .fake_service import Heard, failing


class Client:
    """The part of a boto3 client that is used."""

    def __init__(self, *answers: list[str | None] | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[list[dict[str, str]]] = []

    def put_events(self, *, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.requests.append(Entries)
        answer = self.answers.pop(0) if self.answers else [None] * len(Entries)
        if isinstance(answer, Exception):
            raise answer
        return {"Entries": [{"ErrorCode": code} if code else {"EventId": "1"} for code in answer]}


class ClientError(Exception):
    """The form of botocore's error."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


def reporting(client: Client, **options: Any) -> MissionControl:
    return MissionControl(event_bus="the-bus", client=client, on_error=Heard(), **options)


class Bus(unittest.TestCase):
    def test_gets_an_entry_for_each_event_ten_in_a_request(self) -> None:
        client = Client()
        with reporting(client, event_source="team-a") as mission_control:
            reported = [mission_control.agent_status(f"agent-{n}", "online") for n in range(25)]
            mission_control.flush(30)
        self.assertTrue(all(one.exception() is None for one in reported))
        entries = [entry for request in client.requests for entry in request]
        self.assertLessEqual(max(map(len, client.requests)), 10)
        self.assertEqual(
            [json.loads(one["Detail"])["agentId"] for one in entries],
            [f"agent-{n}" for n in range(25)],
        )
        del entries[0]["Detail"]
        self.assertEqual(
            entries[0],
            {"EventBusName": "the-bus", "Source": "team-a", "DetailType": "agent:status"},
        )

    def test_gets_entries_again_whose_error_may_pass(self) -> None:
        client = Client(["ThrottlingException"], ["InternalFailure"])
        with reporting(client) as mission_control:
            mission_control.agent_status("a", "online").result(30)
        self.assertEqual(len(client.requests), 3)

    def test_gets_no_entry_again_whose_error_stays(self) -> None:
        for failure in (["MalformedDetail"], ClientError("AccessDeniedException")):
            client = Client(failure)  # type: ignore[arg-type]
            with reporting(client) as mission_control:
                error = failing(lambda: mission_control.agent_status("a", "online"))
            self.assertIs(type(error), NotSent)
            self.assertIn(error.reason, ("MalformedDetail", "AccessDeniedException"))
            self.assertEqual(len(client.requests), 1)

    def test_gets_a_request_again_after_a_failure_of_network_or_credentials(self) -> None:
        for failure in (OSError("down"), ClientError("ExpiredTokenException")):
            client = Client(failure)
            with reporting(client) as mission_control:
                mission_control.agent_status("a", "online").result(30)
            self.assertEqual(len(client.requests), 2)

    def test_says_that_boto3_is_missing(self) -> None:
        with mock.patch.dict(sys.modules, {"boto3": None}):
            with self.assertRaisesRegex(
                ImportError, "pip install 'mission-control-realtime\\[boto3\\]'"
            ):
                MissionControl(event_bus="the-bus")
