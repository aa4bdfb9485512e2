"""A time limit for code that runs in this thread, on every system.

A watcher thread raises `TimeUp` in the watched one, again and again until the call
returns, so that a loop which swallows exceptions ends too. One long call into C cannot
be stopped from inside: there, only interrupting or restarting the kernel helps.

A module that the call imports is waited for, and its time is not counted: torch and scikit-learn import
parts of themselves when they are first used, which takes seconds, and half a module stays broken.
"""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

IMPORTS = 60.0  # seconds that imports may take beside the limit
TICK = 0.05  # seconds between two looks
_IMPORTER = "<frozen importlib._bootstrap>"


class TimeUp(BaseException):
    """The time limit is over. No subclass of Exception: `except Exception` lets it through."""


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """Return `call()`; raise TimeUp when it takes longer than `seconds`."""
    ended = threading.Event()
    thread = threading.get_ident()
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch() -> None:
        used, waited, then = 0.0, 0.0, time.monotonic()
        pause = min(TICK, seconds)
        while not ended.wait(pause):
            now = time.monotonic()
            passed, then = now - then, now
            if waited < IMPORTS and _imports(thread):
                waited += passed
                continue
            used += passed
            if used >= seconds:
                raise_in(ctypes.c_ulong(thread), ctypes.py_object(TimeUp))
                pause = TICK

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


def _imports(thread: int) -> bool:
    """Whether what `within` called in this thread is importing a module."""
    frame = sys._current_frames().get(thread)
    while frame is not None and frame.f_code is not within.__code__:
        if frame.f_code.co_filename == _IMPORTER:
            return True
        frame = frame.f_back
    return False


def _deliver() -> None:
    """Let an exception that is still on its way arrive here, and not later in somebody's code.

    Python looks for one whenever a function starts and a loop turns. (Taking it back, by
    raising NULL, leaves Python 3.11 looking for ever: with a profiler set, it then hangs.)
    """
    for _ in range(3):
        pass
