"""One thing that was looked at, and how programs are asked."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    state: "ok", "absent" (and no student must have it) or "fault"
    remedy: one sentence, where there is something to mend or to add
    """

    what: str
    state: str
    found: str
    remedy: str = ""


Check = Callable[[], Iterator[Finding]]


def output(*command: str) -> str | None:
    """What a program prints, as one line; None where it is not there, fails, or takes a minute."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ", ".join(done.stdout.split("\n")).strip(", ") if done.returncode == 0 else None
