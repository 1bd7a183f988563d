"""Keeps the threads of this package running, whatever the code of the application raises in them."""

from __future__ import annotations

from collections.abc import Callable

from ._process import logger


def survive(what: str, call: Callable[[], object]) -> None:
    """Calls code of the application, and logs what it raises, also a `SystemExit` or `asyncio.CancelledError`.

    Nothing starts a thread of this package again. In the threads of the application, such exceptions are passed on.
    """
    try:
        call()
    except BaseException:
        logger.exception("%s has failed", what)
