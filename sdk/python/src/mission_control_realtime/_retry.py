"""How often events are repeated, and how long to wait before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep as sleep_for

_BASE_SECONDS = 0.1
_CAP_SECONDS = 5.0


@dataclass(frozen=True)
class Retrying:
    """How often events are repeated, and what tests replace."""

    max_attempts: int = 5
    sleep: Callable[[float], object] = sleep_for
    random: Callable[[], float] = random.random


def pause_seconds(attempts: int, retry_after: float, chance: float) -> float:
    """Exponential backoff with full jitter, so that programs that failed at the same time do not repeat at the same time.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/

    :param attempts: the number of attempts so far
    :param retry_after: the seconds that the service asks to wait; at most 5 are waited
    :param chance: a random number from 0 to 1
    :returns: the wait in seconds: a random part of an upper bound that doubles with each attempt, after `retry_after`
    """
    # A power of 1024 or more is out of range; one of 10 is above the cap.
    bound = min(_CAP_SECONDS, _BASE_SECONDS * 2.0 ** min(attempts - 1, 10))
    return min(_CAP_SECONDS, retry_after) + chance * bound
