"""Grading lesson 1: a submission against stock `nbgrader autograde`; the apply half; an unchanged class."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import Measure, seconds
from coursekit.grading import release, sample
from coursekit.grading.apply import Applier
from coursekit.grading.journal import Journal
from coursekit.grading.layout import Classroom

LESSON = "01_gradient_descent"
COMPARED = 12  # submissions that both grade
CLASS = 60
HONEST = ("ordinary", "half done", "untouched")


def run() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        room = _released(Path(folder) / "few")
        hand_ins = _hand_ins(room)
        _hand_in(room, hand_ins[:COMPARED])
        rooms = [_copy(room, Path(folder) / name) for name in ("stock", "one", "all", "class")]
        stock = _time(rooms[0], _script("nbgrader"), "autograde", LESSON) / COMPARED
        one = _time(rooms[1], *_grade("--jobs", "1")) / COMPARED
        every = _time(rooms[2], *_grade()) / COMPARED
        yield Measure("stock nbgrader autograde, a submission", stock, "s")
        yield Measure("coursekit grade, a submission, one at a time", one, "s")
        yield Measure("coursekit grade, a submission, all cores", every, "s")
        yield Measure("one at a time / stock", one / stock, "x")
        yield Measure("all cores / stock", every / stock, "x")
        yield Measure("apply, a submission", 1e3 * _apply(rooms[2]), "ms", 150)
        _hand_in(rooms[3], [hand_ins[i % len(hand_ins)] for i in range(CLASS)])
        taken = _time(rooms[3], *_grade())
        yield Measure(f"a class of {CLASS}, a submission, all cores", taken / CLASS, "s")
        yield Measure(f"{CLASS} unchanged, graded again", seconds(lambda: _time(rooms[3], *_grade())), "s", 2)


def _released(folder: Path) -> Classroom:
    """A class in a clone of its own, with lesson 1 released by nbgrader (the trial of a release left out)."""
    shutil.copytree(Path(__file__).parents[1] / "notebooks" / LESSON, folder / "notebooks" / LESSON)
    room = Classroom(folder / "course", folder / "notebooks").make()
    release._generate(room, release.read_lesson(room, LESSON))
    return room


def _hand_ins(room: Classroom) -> list[dict[str, bytes]]:
    """What the honest and undamaged of a made-up class hand in."""
    students = sample.class_of(room, n=36)
    return [one.files[LESSON] for one in students if one.kind in HONEST or one.kind.startswith("right")]


def _hand_in(room: Classroom, hand_ins: list[dict[str, bytes]]) -> None:
    for number, files in enumerate(hand_ins):
        for path, content in files.items():
            target = room.submitted / f"s{number:03}" / LESSON / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _copy(room: Classroom, folder: Path) -> Classroom:
    shutil.copytree(room.root.parent, folder)
    return Classroom(folder / "course", folder / "notebooks")


def _script(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / name)


def _grade(*options: str) -> list[str]:
    command = [sys.executable, "-m", "coursekit", "grade", "--course", ".", "--isolation", "none", "--quiet"]
    return [*command, *options]


def _time(room: Classroom, *command: str) -> float:
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    started = time.perf_counter()
    subprocess.run(command, cwd=room.root, check=True, env={**os.environ, "PATH": path}, capture_output=True)
    return time.perf_counter() - started


def _apply(room: Classroom) -> float:
    """The median time to place one graded submission in the gradebook, in seconds."""
    taken = []
    with Journal(room.journal) as journal, Applier(room) as applier:
        for (student, lesson), attempt in journal.current().items():
            notebooks, scored = journal.notebooks(attempt.id), journal.verdicts(attempt.id)
            started = time.perf_counter()
            applier.apply(student, lesson, notebooks, {}, scored=scored)
            taken.append(time.perf_counter() - started)
    return median(taken)
