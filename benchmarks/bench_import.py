"""How long `import coursekit` takes beyond Python's own start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import Measure, seconds


def run() -> Iterator[Measure]:
    def start(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    bare = seconds(lambda: start("pass"), tries=9)
    full = seconds(lambda: start("import coursekit"), tries=9)
    yield Measure("Python's start", 1e3 * bare, "ms")
    yield Measure("import coursekit, beyond Python's start", 1e3 * (full - bare), "ms", 100)
