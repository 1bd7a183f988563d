"""The exceptions of failed attempts."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import (
    AgentOutOfScope,
    EventInvalid,
    MissionControlError,
    NotSent,
    TokenRefused,
    UnsentEvent,
    describe_events,
)
from .transport import Cause, Failure


def error_of(failure: Failure, events: Sequence[UnsentEvent], attempts: int) -> MissionControlError:
    """Returns the error of events that failed for the same reason."""
    described = describe_events(events)
    error = _error_of(failure, events, described, attempts)
    error.__cause__ = failure.exception
    return error


def _error_of(
    failure: Failure, events: Sequence[UnsentEvent], described: str, attempts: int
) -> MissionControlError:
    reason = failure.reason
    if failure.cause is Cause.EVENT_INVALID:
        faults = "; ".join(map(str, failure.faults))
        return EventInvalid(f"Not valid: {described}: {faults}.", events, reason, failure.faults)
    if failure.cause is Cause.TOKEN_REFUSED:
        return TokenRefused(f"The token is refused ({reason}): {described}.", events, reason)
    if failure.cause is Cause.AGENT_OUT_OF_SCOPE:
        return AgentOutOfScope(f"Not in the scope of the token: {described}.", events, reason)
    tried = f"Could not send in {attempts} attempt(s) ({reason})"
    return NotSent(f"{tried}: {described}.", events, reason)
