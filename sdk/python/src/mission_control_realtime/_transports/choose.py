"""Chooses the way to the service by the arguments of a publisher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .address import parse_address
from .bus import BusTransport
from .http import HttpTransport
from .transport import Transport


def choose_transport(
    url: str | None,
    token: str | Callable[[], str] | None,
    event_bus: str | None,
    event_source: str,
    client: Any,
) -> Transport:
    """Returns the transport for `url` and `token`, or for `event_bus`.

    :raises ValueError: if the arguments contradict each other, or `url` is none
    """
    if (url is None) == (event_bus is None):
        raise ValueError("either url or event_bus must be given")
    if event_bus is not None:
        if token is not None:
            raise ValueError("token is for url only")
        return BusTransport(event_bus, event_source, client)
    if token is None or url is None:
        raise ValueError("url needs a token")
    return HttpTransport(parse_address(url), token)
