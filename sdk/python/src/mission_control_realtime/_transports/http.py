"""Sends events to POST /events, over one connection that stays open."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Callable, Sequence

from .._protocol.events import Event
from .address import Address
from .http_answer import Answer, results_of
from .transport import Cause, Failure, Result

Token = str | Callable[[], str]

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 10.0

# Answers are small: for 100 events they have some kilobytes.
_MAX_ANSWER_BYTES = 1_000_000

_TOKEN = re.compile("[\x21-\x7e]+")


class _NoToken(Exception):
    """There is no token that can be sent. The message never contains it."""


class HttpTransport:
    """POST /events over HTTPS."""

    max_events = 100
    max_bytes = 1_000_000

    def __init__(self, address: Address, token: Token) -> None:
        self._address = address
        self._source = token
        self._token: str | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._tls = ssl.create_default_context() if address.secure else None

    def size_of(self, event: Event) -> int:
        # 1 for the comma.
        return len(event.message.encode()) + 1

    def send(self, events: Sequence[Event]) -> list[Result]:
        body = f"[{','.join(event.message for event in events)}]".encode()
        try:
            return results_of(self._answer(body), len(events))
        except _NoToken as error:
            failure = Failure(Cause.TOKEN_REFUSED, str(error))
        except ssl.SSLCertVerificationError as error:
            failure = Failure(Cause.NOT_SENT, type(error).__name__, exception=error)
        # Everything else is repeated, because a few requests cost less than a lost event: failures of the network, and
        # those of the application's source of tokens.
        except Exception as error:
            failure = Failure(Cause.NOT_SENT, type(error).__name__, True, exception=error)
        return [failure] * len(events)

    def _answer(self, body: bytes) -> Answer:
        """Posts with the current token. If it is refused, once more with a new one."""
        token = self._token = self._token or self._new_token()
        answer = self._post(body, token)
        if answer.status != 401:
            return answer
        self._token = None
        if isinstance(self._source, str):
            return answer
        fresh = self._new_token()
        if fresh == token:
            return answer
        answer = self._post(body, fresh)
        if answer.status != 401:
            self._token = fresh
        return answer

    def _new_token(self) -> str:
        token = self._source if isinstance(self._source, str) else self._source()
        # The standard library's errors of invalid headers would contain the token.
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise _NoToken("token_malformed")
        return token

    def _post(self, body: bytes, token: str) -> Answer:
        is_reused = self._connection is not None
        try:
            return self._post_once(body, token)
        except ConnectionError:
            # The server may close a connection on which nothing was sent for a while.
            if not is_reused:
                raise
        return self._post_once(body, token)

    def _post_once(self, body: bytes, token: str) -> Answer:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": "mission-control-realtime (Python)",
        }
        try:
            connection = self._connection = self._connection or self._connect()
            connection.request("POST", self._address.path, body, headers)
            response = connection.getresponse()
            content = response.read(_MAX_ANSWER_BYTES)
            # The rest of an answer that is too long would be taken for the next one.
            if response.will_close or not response.isclosed():
                self.close()
            return Answer(response.status, content, _seconds_in(response.getheader("retry-after")))
        except BaseException:
            self.close()
            raise

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self._address.host, self._address.port
        connection = (
            http.client.HTTPConnection(host, port, timeout=_CONNECT_SECONDS)
            if self._tls is None
            else http.client.HTTPSConnection(
                host, port, timeout=_CONNECT_SECONDS, context=self._tls
            )
        )
        connection.connect()
        connection.sock.settimeout(_ANSWER_SECONDS)
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def after_fork(self) -> None:
        # Closes the descriptor of this process only: the parent's connection stays open.
        self.close()


def _seconds_in(header: str | None) -> float:
    """The header may also be a date, which the service does not send."""
    return float(header) if header is not None and header.isdecimal() and header.isascii() else 0.0
