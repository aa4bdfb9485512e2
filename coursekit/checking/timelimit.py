"""A time limit for code that runs in this thread, on every system.

A watcher thread raises `TimeUp` in the watched one, again and again until the call
returns, so that a loop which swallows exceptions ends too. One long call into C cannot
be stopped from inside: there, only interrupting or restarting the kernel helps.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any


class TimeUp(BaseException):
    """The time limit is over. No subclass of Exception: `except Exception` lets it through."""


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """Return `call()`; raise TimeUp when it takes longer than `seconds`."""
    ended = threading.Event()
    watched = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        pause = seconds
        while not ended.wait(pause):
            raise_in(watched, ctypes.py_object(TimeUp))
            pause = 0.05

    watcher = threading.Thread(target=watch, name="coursekit-time-limit", daemon=True)
    try:
        watcher.start()
        return call()
    finally:
        while True:  # TimeUp may strike here too, until the watcher is gone
            try:
                ended.set()
                watcher.join()
                _deliver()
                break
            except TimeUp:
                continue


def _deliver() -> None:
    """Let an exception that is still on its way arrive here, and not later in somebody's code.

    Python looks for one whenever a function starts and a loop turns. (Taking it back, by
    raising NULL, leaves Python 3.11 looking for ever: with a profiler set, it then hangs.)
    """
    for _ in range(3):
        pass
