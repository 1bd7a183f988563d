"""What only Python can pass: other kinds of numbers, and surrogates in pairs."""

import math
import unittest

from mission_control_realtime._protocol.definitions import MAX_EVENT_MESSAGE_BYTES
from mission_control_realtime._protocol.events import Event, parse_event
from mission_control_realtime._protocol.text import can_be_seen

STATUS = {"agentId": "agent-1", "status": "online", "timestamp": 1}


def detail(event_type: str, payload: object) -> str:
    event = parse_event(event_type, payload)
    assert isinstance(event, Event), event
    return event.detail


def faults(payload: dict[str, object]) -> list[str]:
    found = parse_event("agent:status", {**STATUS, **payload})
    assert isinstance(found, list), found
    return [str(fault) for fault in found]


def activity(text: str) -> dict[str, object]:
    return {"agentId": "a", "sessionId": "s", "lastMessage": text, "timestamp": 1}


class Events(unittest.TestCase):
    def test_joins_two_surrogates_that_are_a_pair(self) -> None:
        self.assertIn(
            '"agentId":"\U0001f600"', detail("agent:status", {**STATUS, "agentId": "\ud83d\ude00"})
        )
        sent = detail("session:activity", activity("\ud83d\ud83d\ude00\ude00"))
        self.assertIn('"lastMessage":"\ufffd\U0001f600\ufffd"', sent)

    def test_takes_a_whole_float_for_an_integer_as_json_does(self) -> None:
        self.assertIn('"timestamp":1000}', detail("agent:status", {**STATUS, "timestamp": 1e3}))
        self.assertIn('"timestamp":0}', detail("agent:status", {**STATUS, "timestamp": -0.0}))

    def test_refuses_what_is_no_number_in_json(self) -> None:
        problem = "timestamp must be an integer number of milliseconds since the Unix epoch"
        for value in (True, math.nan, math.inf, 10**400, 1.5, "1"):
            self.assertEqual(faults({"timestamp": value}), [problem], value)
        for value in (math.nan, math.inf, True, 9.99, 10**400):
            alive = "aliveForSeconds must be an integer from 10 to 86400"
            self.assertEqual(faults({"aliveForSeconds": value}), [alive], value)

    def test_accepts_a_message_of_exactly_the_maximum_size(self) -> None:
        empty = parse_event("session:activity", activity(""))
        assert isinstance(empty, Event)
        room = MAX_EVENT_MESSAGE_BYTES - len(empty.message)
        self.assertIsInstance(parse_event("session:activity", activity("x" * room)), Event)
        for text in ("x" * (room + 1), "ä" * (room // 2 + 1), "\n" * (room // 2 + 1)):
            self.assertIsInstance(parse_event("session:activity", activity(text)), list)

    def test_does_not_count_the_time_to_live_as_part_of_the_message(self) -> None:
        with_time = parse_event("agent:status", {**STATUS, "aliveForSeconds": 60})
        assert isinstance(with_time, Event)
        self.assertTrue(with_time.detail.endswith(',"timestamp":1,"aliveForSeconds":60}'))

    def test_sees_letters_and_emoji_but_no_blanks_and_joiners(self) -> None:
        for text in ("a", "ä", "\U0001f600", "\u200da", "\ud800", "\ue000"):
            self.assertTrue(can_be_seen(text), ascii(text))
        for text in (" ", "\x00", "\u200d\u2060", "\u3164", "\u2800", "\U000e0041", "\ufeff"):
            self.assertFalse(can_be_seen(text), ascii(text))

    def test_identifies_an_event_without_its_text(self) -> None:
        event = parse_event("session:activity", activity("secret"))
        assert isinstance(event, Event)
        self.assertEqual(str(event.unsent), "session:activity of a, s")
