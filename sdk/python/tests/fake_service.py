"""A small server with the answers of POST /events, and an `on_error` that remembers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mission_control_realtime import MissionControl, MissionControlError

Answer = tuple[int, Any]
"""A status, and the body as a value of JSON; a status of 0 closes the connection instead."""


class FakeService:
    """Answers each request with the next of `answers`, and then accepts everything."""

    def __init__(self, *answers: Answer, header: tuple[str, str] = ("x-none", "")) -> None:
        self.answers = list(answers)
        self.header = header
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.connections: set[tuple[str, int]] = set()
        # Requests wait while it is cleared.
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Semaphore(0)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> FakeService:
        return self

    def __exit__(self, *_error: object) -> None:
        self.open.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def bodies(self) -> list[Any]:
        return [body for _path, _headers, body in self.requests]

    @property
    def tokens(self) -> list[str]:
        return [headers["authorization"] for _path, headers, _body in self.requests]

    @property
    def statuses(self) -> list[tuple[str, str]]:
        """The agents and statuses of all events, in their order."""
        payloads = [event["payload"] for body in self.bodies for event in body]
        return [(payload["agentId"], payload["status"]) for payload in payloads]

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Headers and body in one packet: otherwise each answer takes 40 ms longer.
            wbufsize = -1

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.connections.add(self.client_address)
                service.requests.append((self.path, headers, body))
                service.asked.release()
                service.open.wait(30)
                accepted = (202, {"accepted": len(body)})
                status, answer = service.answers.pop(0) if service.answers else accepted
                if status == 0:
                    self.close_connection = True
                    return
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.send_header(*service.header)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_args: object) -> None:
                """Tests print nothing."""

        return Handler


class Heard:
    """An `on_error` that remembers the errors."""

    def __init__(self) -> None:
        self.errors: list[MissionControlError] = []

    def __call__(self, error: MissionControlError) -> None:
        self.errors.append(error)


def failing(call: Callable[[], Any]) -> MissionControlError:
    """Returns the error with which the future of a report ends."""
    error = call().exception(30)
    assert isinstance(error, MissionControlError), error
    return error


def publisher(service: FakeService, heard: Heard | None = None, **options: Any) -> MissionControl:
    """Returns a publisher that reports to the service."""
    options.setdefault("token", "the.token")
    return MissionControl(service.url, on_error=heard or Heard(), **options)
