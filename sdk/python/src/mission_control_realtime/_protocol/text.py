"""Texts as the service sees them: their surrogates, their size, and whether one can see them."""

from __future__ import annotations

import re
from bisect import bisect_right

from .definitions import INVISIBLE_CHARACTERS

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRSTS = [first for first, _last in INVISIBLE_CHARACTERS]


def join_surrogates(text: str) -> str:
    """Replaces pairs of surrogates, which a str of Python may contain, by their characters."""
    return _PAIR.sub(_character, text)


def has_lone_surrogate(text: str) -> bool:
    """Whether a text without pairs contains a surrogate. It has no UTF-8 encoding."""
    return _SURROGATE.search(text) is not None


def replace_lone_surrogates(text: str) -> str:
    """Replaces the surrogates of a text without pairs by U+FFFD, as storing and sending would."""
    return _SURROGATE.sub("\ufffd", text)


def utf8_length(text: str) -> int:
    """Returns the length in bytes of UTF-8. A lone surrogate has the three bytes of U+FFFD."""
    return len(text.encode("utf-8", "surrogatepass"))


def can_be_seen(text: str) -> bool:
    """Whether at least one character is neither blank nor invisible. Ids without one look alike."""
    return any(not _is_invisible(ord(character)) for character in text)


def _is_invisible(code_point: int) -> bool:
    place = bisect_right(_FIRSTS, code_point) - 1
    return place >= 0 and code_point <= INVISIBLE_CHARACTERS[place][1]


def _character(pair: re.Match[str]) -> str:
    return pair.group().encode("utf-16-le", "surrogatepass").decode("utf-16-le")
