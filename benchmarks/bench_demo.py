"""How long `make demo` takes after its set-up: a class of 24, from release to report."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from benchmarks import Measure


def run() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        command = [sys.executable, "-m", "coursekit", "demo", "--quiet", "--course", f"{folder}/course"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        yield Measure("the whole life of a class of 24", time.perf_counter() - started, "s", 90)
