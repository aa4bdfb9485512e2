"""How long a check takes in a live kernel: every right answer and every form of every mistake."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from statistics import median

from jupyter_client.manager import start_new_kernel

from benchmarks import Measure

# Runs in the kernel, where a student waits; prints a dict: lesson -> seconds of each check.
TIMED = """
import contextlib, io, time
from coursekit.checking import exercises_of, lessons
from coursekit.checking.notebook import check
import matplotlib.pyplot as plt  # a lesson's set-up cell has imported it

taken = {}
for lesson in lessons():
    taken[lesson] = []
    for one in exercises_of(lesson).values():
        if one.by_hand:
            continue
        for answer in [one.reference, *(form for mistake in one.mistakes for form in mistake.forms)]:
            with contextlib.redirect_stdout(io.StringIO()):
                started = time.perf_counter()
                check(one.id, answer)
                taken[lesson].append(time.perf_counter() - started)
"""


def run() -> Iterator[Measure]:
    manager, client = start_new_kernel(extra_arguments=["--log-level=ERROR"])
    try:
        client.execute_interactive(TIMED, output_hook=lambda message: None, timeout=600)
        reply = client.execute_interactive("", user_expressions={"taken": "taken"}, timeout=60)
        taken = ast.literal_eval(reply["content"]["user_expressions"]["taken"]["data"]["text/plain"])
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    for lesson, seconds in taken.items():
        yield Measure(f"check, {lesson}: median of {len(seconds)}", 1e3 * median(seconds), "ms", 50)
        worst = 500 if lesson == "gradient_descent" else 1000
        yield Measure(f"check, {lesson}: worst", 1e3 * max(seconds), "ms", worst)
