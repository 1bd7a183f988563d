"""Puts events on the event bus with boto3, if it is installed."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from .._protocol.events import Event
from .._protocol.text import utf8_length
from .transport import Cause, Failure, Result

# Error codes of entries and requests for which a repetition would fail, too.
_FINAL_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "InvalidAccountIdException",
        "InvalidArgument",
        "MalformedDetail",
        "NotAuthorizedForDetailTypeException",
        "NotAuthorizedForSourceException",
        "RedactionFailure",
        "ResourceNotFoundException",
        "ValidationException",
    }
)


class BusTransport:
    """PutEvents of EventBridge, each event in an entry of its own."""

    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    max_events = 10
    # EventBridge now accepts 1 MB, but in some partitions still 256 KB.
    max_bytes = 256 * 1024 - 1

    def __init__(self, event_bus: str, event_source: str, client: Any = None) -> None:
        """
        :param client: a client of boto3 for `events`; default: one with the region and credentials that boto3 finds
        :raises ImportError: if boto3 is needed and not installed
        """
        self._event_bus = event_bus
        self._event_source = event_source
        self._given = client
        self._client: Any = client if client is not None else _create_client()

    def size_of(self, event: Event) -> int:
        return utf8_length(self._event_source) + utf8_length(event.type) + utf8_length(event.detail)

    def send(self, events: Sequence[Event]) -> list[Result]:
        entries = [
            {
                "EventBusName": self._event_bus,
                "Source": self._event_source,
                "DetailType": event.type,
                "Detail": event.detail,
            }
            for event in events
        ]
        try:
            self._client = self._client if self._client is not None else _create_client()
            answer = self._client.put_events(Entries=entries)
            # The results have the order of the entries; accepted entries have no error code.
            return [_result_of(entry.get("ErrorCode")) for entry in answer["Entries"]]
        except Exception as error:
            return [_failure_of(_code_of(error), error)] * len(events)

    def close(self) -> None:
        """boto3 closes idle connections itself."""

    def after_fork(self) -> None:
        self._client = self._given


def _create_client() -> Any:
    try:
        boto3, config = importlib.import_module("boto3"), importlib.import_module("botocore.config")
    except ImportError as error:
        hint = "event_bus needs boto3: pip install 'mission-control-realtime[boto3]'"
        raise ImportError(hint) from error
    # The attempts are counted here. Otherwise their numbers would multiply.
    once = {"total_max_attempts": 1, "mode": "standard"}
    return boto3.client(
        "events", config=config.Config(connect_timeout=1, read_timeout=3, retries=once)
    )


def _result_of(code: str | None) -> Result:
    return None if code is None else _failure_of(code, None)


def _failure_of(code: str, error: Exception | None) -> Failure:
    return Failure(Cause.NOT_SENT, code, code not in _FINAL_CODES, exception=error)


def _code_of(error: Exception) -> str:
    """The error code of AWS, or otherwise the name of the exception."""
    response = getattr(error, "response", None)
    answered = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(answered) if answered else type(error).__name__
