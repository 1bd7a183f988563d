"""Python finds the same faults as TypeScript, and makes the same details, byte for byte."""

import json
import os
import unittest
from pathlib import Path
from typing import Any

from mission_control_realtime import Fault
from mission_control_realtime._protocol.events import Event, parse_event

_FOLDER = Path(os.environ.get("VECTORS") or Path(__file__).parents[2] / "vectors")


def read(file: Path) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return vectors


class Vectors(unittest.TestCase):
    def test_makes_the_same_details_for_valid_events(self) -> None:
        # `npm run test:python` makes a thousand more.
        made = os.environ.get("GENERATED_VECTORS")
        vectors = read(_FOLDER / "valid-events.json") + (read(Path(made)) if made else [])
        self.assertGreaterEqual(len(vectors), 1_060 if made else 60)
        for vector in vectors:
            event = parse_event(vector["type"], vector["payload"])
            self.assertIsInstance(event, Event, vector)
            assert isinstance(event, Event)
            self.assertEqual(event.detail, vector["detail"])
            message = json.loads(event.message.encode())
            self.assertEqual(message, {"type": vector["type"], "payload": json.loads(event.detail)})

    def test_finds_the_same_faults_in_invalid_events(self) -> None:
        vectors = read(_FOLDER / "invalid-events.json")
        self.assertGreater(len(vectors), 60)
        for vector in vectors:
            faults = [Fault(**fault) for fault in vector["faults"]]
            self.assertEqual(parse_event(vector["type"], vector["payload"]), faults, vector)
