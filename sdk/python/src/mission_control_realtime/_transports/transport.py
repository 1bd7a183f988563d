"""What a way to the service has to do, and how an attempt may fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from .._errors import Fault
from .._protocol.events import Event


class Cause(Enum):
    """Why an event was not accepted."""

    EVENT_INVALID = auto()
    TOKEN_REFUSED = auto()
    AGENT_OUT_OF_SCOPE = auto()
    NOT_SENT = auto()


@dataclass(frozen=True)
class Failure:
    """Why an attempt to send an event failed. Failures that are equal are reported together."""

    cause: Cause
    reason: str
    """The cause in one word or code, e.g. `ConnectionRefusedError` or `token_expired`."""
    may_pass_later: bool = False
    """Whether a repetition may succeed."""
    retry_after: float = 0.0
    """The seconds that the service asks to wait."""
    faults: tuple[Fault, ...] = ()
    exception: BaseException | None = field(default=None, compare=False)


Result = Failure | None
"""The result of one event: None if it was accepted."""


class Transport(Protocol):
    """A way to the service. It is used by one thread at a time."""

    @property
    def max_events(self) -> int:
        """The maximum number of events in a request."""

    @property
    def max_bytes(self) -> int:
        """The maximum size of the events in a request, in bytes."""

    def size_of(self, event: Event) -> int:
        """Returns the part of `max_bytes` that an event needs."""

    def send(self, events: Sequence[Event]) -> list[Result]:
        """Makes one attempt. Returns the result of each event, in their order. Raises no `Exception`."""

    def close(self) -> None:
        """Closes connections. A later attempt opens them again."""

    def after_fork(self) -> None:
        """Forgets the connections of the parent process, without a word to the service."""
