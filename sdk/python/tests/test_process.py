"""The ends of a process, and its forks, in processes of their own."""

import os
import subprocess
import sys
import unittest

from .fake_service import FakeService

BEGIN = """
import os, sys
from mission_control_realtime import MissionControl
mission_control = MissionControl(sys.argv[1], token="t", max_attempts=1)
"""


def run(service: FakeService, program: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", BEGIN + program, service.url]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)


class Process(unittest.TestCase):
    def test_sends_waiting_events_before_it_ends(self) -> None:
        with FakeService() as service:
            ended = run(
                service, "for n in range(150): mission_control.agent_status(f'agent-{n}', 'online')"
            )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertEqual(len(service.statuses), 150)

    def test_says_offline_when_it_ends_and_after_an_exception(self) -> None:
        for end in ("", "sys.exit(3)", "raise RuntimeError('work has failed')"):
            with FakeService() as service:
                run(service, f"mission_control.keep_alive('a')\n{end}")
            self.assertEqual(service.statuses, [("a", "online"), ("a", "offline")])

    def test_ends_although_the_service_does_not_answer(self) -> None:
        with FakeService() as service:
            service.open.clear()
            ended = run(service, "mission_control.agent_status('a', 'online')")
        self.assertIn("1 event(s) were not sent before the end.", ended.stderr)
        self.assertEqual(ended.returncode, 0)

    def test_warns_of_a_failure_that_nobody_awaits(self) -> None:
        with FakeService((400, {})) as service:
            ended = run(service, "mission_control.agent_status('a', 'online')")
        expected = "Could not send in 1 attempt(s) (HTTP 400): agent:status of a.\n"
        self.assertEqual(ended.stderr, expected)

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_reports_its_own_events_in_a_child_and_leaves_the_agents_to_the_parent(self) -> None:
        program = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
mission_control.keep_alive("parent")
mission_control.flush(30)
child = os.fork()
if child == 0:
    mission_control.agent_status("child", "online")
    sys.exit()
os.waitpid(child, 0)
mission_control.agent_status("parent", "error").result(30)
"""
        with FakeService() as service:
            ended = run(service, program)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        expected = [
            ("parent", "online"),
            ("child", "online"),
            ("parent", "error"),
            ("parent", "offline"),
        ]
        self.assertEqual(service.statuses, expected)
        self.assertEqual(len(service.connections), 2)
