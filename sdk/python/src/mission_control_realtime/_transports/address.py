"""The address of POST /events."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Address:
    """Where events are posted."""

    secure: bool
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        scheme = "https" if self.secure else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}{self.path}"


def parse_address(url: str) -> Address:
    """Reads the URL of POST /events, or its origin.

    :raises ValueError: if it is no such URL, or its token would be sent unencrypted: `http:` is for this machine only
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("url must be the URL of POST /events, or its origin") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError("url must begin with https:// and a host")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("url must have no user, no query and no fragment")
    secure = parts.scheme == "https"
    if not secure and not _is_this_machine(host):
        raise ValueError(f"url must begin with https://, because {host} is another machine")
    path = parts.path if parts.path not in ("", "/") else "/events"
    if not path.isascii() or not path.isprintable() or " " in path:
        raise ValueError("url must have no characters that need an encoding")
    return Address(secure, host, port or (443 if secure else 80), path)


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
