"""Checks events before they are sent: the same faults, in the same words, as the service would find."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from .._errors import Fault, UnsentEvent
from .definitions import (
    ALIVE_FOR_SECONDS,
    EVENT_TYPES,
    MAX_EVENT_MESSAGE_BYTES,
    MAX_ID_BYTES,
    WHEN_SILENT,
    FieldKind,
)
from .text import (
    can_be_seen,
    has_lone_surrogate,
    join_surrogates,
    replace_lone_surrogates,
    utf8_length,
)

_MAX_SAFE_INTEGER = 2**53 - 1

# The time to live, which is not part of the message of an event.
_ALIVE = "aliveForSeconds"


@dataclass(frozen=True)
class Event:
    """A valid event."""

    type: str
    detail: str
    """The detail on the event bus, which is the payload over HTTPS: JSON text with the documented keys in their order."""
    unsent: UnsentEvent
    """Identifies the event in errors."""

    @property
    def message(self) -> str:
        """The event as POST /events takes it, as JSON text."""
        return _message(self.type, self.detail)


def parse_event(event_type: object, payload: object) -> Event | list[Fault]:
    """Returns the event with only the documented keys; or all of its faults."""
    fields = EVENT_TYPES.get(event_type) if isinstance(event_type, str) else None
    if fields is None or not isinstance(event_type, str):
        return [Fault("type", f"must be one of {', '.join(EVENT_TYPES)}")]
    if isinstance(payload, (list, tuple)):
        # To the service, a list is an object without these keys.
        payload = {}
    if not isinstance(payload, Mapping):
        return [Fault("", "must be an object")]
    checked: dict[str, object] = {}
    faults: list[Fault] = []

    def check(name: str, kind: FieldKind) -> object:
        value, problems = _check(kind, payload[name])
        faults.extend(Fault(name, problem) for problem in problems)
        return value

    for name, kind in fields.items():
        if name in payload:
            checked[name] = check(name, kind)
        else:
            faults.append(Fault(name, "is missing"))
    silent = WHEN_SILENT.get(event_type)
    alive_for = check(_ALIVE, _ALIVE) if silent is not None and _ALIVE in payload else None
    if faults:
        return faults
    size = utf8_length(_message(event_type, _json(checked)))
    if size > MAX_EVENT_MESSAGE_BYTES:
        limit = f"at most {MAX_EVENT_MESSAGE_BYTES} bytes, not of {size}"
        return [Fault("", f"must make a message of {limit}")]
    # An agent that has said that it is offline need not report.
    if silent is not None and alive_for is not None and checked[silent[0]] != silent[1]:
        checked[_ALIVE] = alive_for
    return Event(event_type, _json(checked), unsent_of(event_type, payload))


def unsent_of(event_type: object, values: object) -> UnsentEvent:
    """Identifies an event by its type and its ids; ids that an invalid event does not have are left out."""
    fields = EVENT_TYPES.get(event_type, {}) if isinstance(event_type, str) else {}
    ids = [name for name, kind in fields.items() if kind == "id"]
    given = values if isinstance(values, Mapping) else {}
    named = {name: given[name] for name in ids if isinstance(given.get(name), str)}
    return UnsentEvent(str(event_type), named)


_Checked = tuple[object, Sequence[str]]


def _check(kind: FieldKind, value: object) -> _Checked:
    """Returns the value as it is sent, and its problems."""
    if isinstance(kind, tuple):
        return value, [] if value in kind else [f"must be one of {', '.join(kind)}"]
    return _CHECKS[kind](value)


def _check_id(value: object) -> _Checked:
    problem = f"must be a non-empty string of at most {MAX_ID_BYTES} bytes"
    if not isinstance(value, str) or value == "":
        return value, [problem]
    text = join_surrogates(value)
    problems = []
    if utf8_length(text) > MAX_ID_BYTES:
        problems.append(problem)
    if not can_be_seen(text):
        problems.append("must have a character that can be seen")
    if has_lone_surrogate(text):
        problems.append(problem)
    return text, problems


def _check_string(value: object) -> _Checked:
    if not isinstance(value, str):
        return value, ["must be a string"]
    return replace_lone_surrogates(join_surrogates(value)), []


def _check_timestamp(value: object) -> _Checked:
    problem = "must be an integer number of milliseconds since the Unix epoch"
    if not _is_number(value):
        return value, [problem]
    number = _whole(value)
    problems = []
    if not isinstance(number, int) or abs(number) > _MAX_SAFE_INTEGER:
        problems.append(problem)
    if number < 0:
        problems.append(problem)
    return number, problems


def _check_number(value: object) -> _Checked:
    if not _is_number(value):
        return value, ["must be a number"]
    return _whole(value), [] if math.isfinite(value) else ["must be a finite number"]


def _check_alive(value: object) -> _Checked:
    shortest, longest = ALIVE_FOR_SECONDS
    number = _whole(value) if _is_number(value) else None
    if isinstance(number, int) and shortest <= number <= longest:
        return number, []
    return value, [f"must be an integer from {shortest} to {longest}"]


_CHECKS: Mapping[str, Callable[[object], _Checked]] = {
    "id": _check_id,
    "string": _check_string,
    "timestamp": _check_timestamp,
    "number": _check_number,
    _ALIVE: _check_alive,
}


def _message(event_type: str, payload: str) -> str:
    return f'{{"type":{_json(event_type)},"payload":{payload}}}'


def _is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number in JSON. In Python, booleans are integers, and there are numbers that are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _whole(number: int | float) -> int | float:
    """JavaScript does not distinguish 1.0 from 1."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _json(value: object) -> str:
    """JSON text without blanks, byte for byte as JavaScript writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
