"""`coursekit doctor`: what of the environment works, and a remedy for each fault."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from coursekit import console
from coursekit.course import course_folder
from coursekit.doctor import machine, software
from coursekit.doctor.finding import Check, Finding


def all_checks(folder: Path, *, tensorflow: bool) -> list[Check]:
    """What is looked at, in the order in which it is told."""
    begin: list[Check] = [
        software.python,
        software.packages,
        software.kernel,
        software.lessons,
        software.data,
        software.mnist,
    ]
    graphics = partial(machine.gpu, tensorflow=tensorflow)
    return [*begin, partial(machine.place, folder), graphics, machine.isolation]


def doctor_command(given: str | None, *, frameworks: bool = False) -> dict[str, Any]:
    """Look at everything at once, tell it, and exit 1 where something that a student needs is broken."""
    checks = all_checks(course_folder(given), tensorflow=frameworks)
    with ThreadPoolExecutor(len(checks)) as pool:
        findings = [finding for found in pool.map(_looked, checks) for finding in found]
    console.table(("", "what", "found"), [(one.state, one.what, one.found) for one in findings])
    for one in findings:
        if one.remedy:
            console.say(f"{one.what}: {one.remedy}")
    healthy = all(one.state != "fault" for one in findings)
    console.say(
        "All that a student needs works." if healthy else "Something that you need is broken: see above."
    )
    return {"healthy": healthy, "findings": [asdict(one) for one in findings], "exit": int(not healthy)}


def _looked(check: Check) -> list[Finding]:
    """What a check finds; a check that fails itself is a fault under its name, and the others go on."""
    try:
        return list(check())
    except Exception as error:
        name = getattr(check, "func", check).__name__
        return [Finding(name, "fault", f"{type(error).__name__}: {error}", "Install coursekit again.")]
