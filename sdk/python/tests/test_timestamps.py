"""Timestamps follow the clock, always increase, and go back only after a clock that was far ahead."""

import threading
import unittest

from mission_control_realtime._timestamps import Timestamps

MINUTE = 60_000
START = 1_770_328_200_000


class TimestampsFollowTheClock(unittest.TestCase):
    def test_increase_strictly(self) -> None:
        timestamps = Timestamps()
        times = [START, START, START + 5, START + 4, START + 6]
        expected = [START, START + 1, START + 5, START + 6, START + 7]
        self.assertEqual([timestamps.next(time) for time in times], expected)

    def test_continue_after_a_clock_that_was_two_minutes_ahead(self) -> None:
        timestamps = Timestamps()
        timestamps.next(START + 2 * MINUTE)
        self.assertEqual(timestamps.next(START), START + 2 * MINUTE + 1)

    def test_are_correct_as_soon_as_a_clock_that_was_an_hour_ahead_is_correct(self) -> None:
        timestamps = Timestamps()
        timestamps.next(START + 60 * MINUTE)
        self.assertEqual([timestamps.next(START), timestamps.next(START)], [START, START + 1])

    def test_lead_by_at_most_four_and_a_half_minutes(self) -> None:
        timestamps = Timestamps()
        timestamps.next(START + 270_000 - 1)
        self.assertEqual(timestamps.next(START), START + 270_000)
        self.assertEqual(timestamps.next(START), START)

    def test_differ_between_threads(self) -> None:
        timestamps = Timestamps()
        made: list[int] = []

        def make() -> None:
            for _ in range(500):
                made.append(timestamps.next(START))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(made)), 2_000)
