"""The errors of events that were not accepted: one class for each cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """A fault of an event. It never contains the actual value, which may be private."""

    path: str
    """The field, e.g. `status`; empty for the event itself."""
    problem: str
    """What was expected, e.g. `must be one of online, offline, error`."""

    def __str__(self) -> str:
        return f"{self.path} {self.problem}" if self.path else self.problem


@dataclass(frozen=True)
class UnsentEvent:
    """Identifies an event, without its text, which may be private."""

    type: str
    ids: Mapping[str, str] = field(default_factory=dict)
    """The ids of the event that are texts: `agentId`, and `sessionId` of a session."""

    def __str__(self) -> str:
        return f"{self.type} of {', '.join(self.ids.values())}" if self.ids else self.type


class MissionControlError(Exception):
    """The base of all errors of this package. The message names the events and the reason."""

    def __init__(self, message: str, events: Sequence[UnsentEvent] = (), reason: str = "") -> None:
        super().__init__(message)
        self.events = tuple(events)
        """The events that were not accepted."""
        self.reason = reason
        """The cause in one word or code, e.g. `ConnectionRefusedError` or `token_expired`."""


class EventInvalid(MissionControlError):
    """The event is invalid. It was not sent, or the service has refused it."""

    def __init__(
        self,
        message: str,
        events: Sequence[UnsentEvent] = (),
        reason: str = "event_invalid",
        faults: Sequence[Fault] = (),
    ) -> None:
        super().__init__(message, events, reason)
        self.faults = tuple(faults)
        """All faults of the event."""


class TokenRefused(MissionControlError):
    """The service has refused the token, also after a second one, or the token has not the scope to report."""


class AgentOutOfScope(MissionControlError):
    """The token does not allow to report this agent."""


class NotSent(MissionControlError):
    """The event was not accepted in any attempt, or an attempt failed in a way that a repetition does not change."""


class PublisherClosed(MissionControlError):
    """The event was reported after `close()`."""


_most_described = 10


def describe_events(events: Sequence[UnsentEvent]) -> str:
    """Returns the events in one line, e.g. `session:activity of agent-1, session-2; 3 more`."""
    described = [str(event) for event in events[:_most_described]]
    more = len(events) - len(described)
    return "; ".join([*described, f"{more} more"] if more else described)
