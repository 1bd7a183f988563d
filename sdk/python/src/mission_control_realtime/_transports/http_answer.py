"""What the answers of POST /events mean for each event of a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from .._errors import Fault
from .transport import Cause, Failure, Result


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP."""

    status: int
    body: bytes
    retry_after: float = 0.0
    """The header `retry-after` in seconds; 0 if there is none."""


def results_of(answer: Answer, count: int) -> list[Result]:
    """Returns the result of each of the `count` events of a request."""
    if answer.status == 202:
        return [None] * count
    body = _object_in(answer.body)
    results = body.get("results")
    if isinstance(results, list) and len(results) == count:
        return [_result_of(one, answer.retry_after) for one in results]
    return [_failure_of(answer.status, body, answer.retry_after)] * count


def _result_of(result: object, retry_after: float) -> Result:
    one = result if isinstance(result, Mapping) else {}
    status = one.get("status")
    if status == 202:
        return None
    return _failure_of(status if isinstance(status, int) else 500, one, retry_after)


def _failure_of(status: int, body: Mapping[str, object], retry_after: float) -> Failure:
    code = body.get("code")
    reason = _word(code) or _word(body.get("message")) or f"HTTP {status}"
    if code == "event_invalid":
        return Failure(Cause.EVENT_INVALID, reason, faults=_faults_in(body))
    if code == "agent_out_of_scope":
        return Failure(Cause.AGENT_OUT_OF_SCOPE, reason)
    if status in (401, 403):
        return Failure(Cause.TOKEN_REFUSED, reason)
    # 408 and 429, and all failures of the service itself, are temporary.
    if status in (408, 429) or status >= 500:
        return Failure(Cause.NOT_SENT, reason, may_pass_later=True, retry_after=retry_after)
    # A reason such as "Not Found" alone would not say that it is the answer of a server.
    return Failure(Cause.NOT_SENT, reason if code else f"HTTP {status}")


def _faults_in(body: Mapping[str, object]) -> tuple[Fault, ...]:
    faults = body.get("faults")
    return tuple(
        Fault(str(one.get("path", "")), str(one.get("problem", "")))
        for one in (faults if isinstance(faults, list) else [])
        if isinstance(one, Mapping)
    )


_LONGEST_WORD = 100


def _word(value: object) -> str:
    """A code or a message of the service, if it is a short text."""
    return value if isinstance(value, str) and len(value) <= _LONGEST_WORD else ""


def _object_in(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
