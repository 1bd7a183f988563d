"""The URL of POST /events: which are accepted, and where events are posted."""

import unittest

from mission_control_realtime import MissionControl
from mission_control_realtime._transports.address import parse_address


class Addresses(unittest.TestCase):
    def test_adds_the_path_to_an_origin(self) -> None:
        for url, address in {
            "https://api.example.com": "https://api.example.com:443/events",
            "https://api.example.com/": "https://api.example.com:443/events",
            "https://api.example.com:8443/v1/events": "https://api.example.com:8443/v1/events",
            "http://localhost:3000": "http://localhost:3000/events",
            "http://mission.localhost:3000": "http://mission.localhost:3000/events",
            "http://127.0.0.2": "http://127.0.0.2:80/events",
            "http://[::1]:3000": "http://[::1]:3000/events",
        }.items():
            self.assertEqual(str(parse_address(url)), address)

    def test_refuses_to_send_a_token_unencrypted_to_another_machine(self) -> None:
        for url in ("http://api.example.com", "http://10.0.0.1", "http://localhost.example.com"):
            with self.assertRaisesRegex(ValueError, "must begin with https://"):
                parse_address(url)

    def test_refuses_what_is_no_address(self) -> None:
        for url in (
            *(
                "",
                "api.example.com",
                "ws://localhost:3000",
                "https://",
                "https://[::1",
                "https://a:x",
            ),
            *("https://user:secret@a.example", "https://a.example/?q=1", "https://a.example/#f"),
            *("https://a.example/ä", "https://a.example/a b\x01"),
        ):
            with self.assertRaises(ValueError) as refused:
                parse_address(url)
            self.assertNotIn("secret", str(refused.exception))

    def test_refuses_arguments_that_contradict_each_other(self) -> None:
        for arguments in (
            {},
            {"url": "https://a.example"},
            {"url": "https://a.example", "token": "t", "event_bus": "mission-control"},
            {"event_bus": "mission-control", "token": "t"},
        ):
            with self.assertRaises(ValueError):
                MissionControl(**arguments)  # type: ignore[arg-type]
