"""`coursekit grade`: what is new or changed is run, kept in the journal, and applied to the gradebook.

submissions   what lies in `submitted/`
tasks         what there is to do, beside what the journal and the gradebook hold
prepare       from a hand-in to work for the run: found, mended
work          the doing: run, kept, applied or proposed
seeds         the course's seed of secret inputs
telling       what a person is told

Nothing heavy is imported before there is something to grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coursekit.errors import CannotDo
from coursekit.grading.grade.seeds import course_seed
from coursekit.grading.grade.tasks import plan
from coursekit.grading.grade.work import Grading
from coursekit.grading.journal import Journal
from coursekit.grading.layout import Classroom
from coursekit.grading.lock import only_one

NOT_ISOLATED = "`--isolation none` grades without it: students' code then runs with your rights here."


def grade(
    classroom: Classroom,
    lessons: Sequence[str] = (),
    *,
    students: Sequence[str] = (),
    jobs: int | None = None,
    scheduler: str | None = None,
    isolation: str = "auto",
    timeout: float | None = None,
    memory: float | None = None,
    seed: int | None = None,
    again: bool = False,
    yes: bool = False,
) -> dict[str, Any]:
    """Grade what is new or changed, in these lessons and of these students (all where none is named).

    jobs: submissions at a time. scheduler: address of a Dask cluster to grade on
    timeout, memory: processor seconds of a cell and resident MB
    seed: sets the course's seed of secret inputs; another one than before grades everything again
    again: run what is graded already too, show whose score changes, and write it (unless `yes`, a
        terminal is asked)
    Raises CannotDo. The result's "exit" is 1 where a submission could not be graded at all.
    """
    classroom.make()
    asked = {"seconds": timeout, "memory": memory, **_isolated(isolation, classroom)}
    limits = {name: value for name, value in asked.items() if value is not None}
    with (
        only_one(classroom.private / "lock") as scratch,
        Journal(classroom.journal) as journal,
    ):
        course, seed_changed = course_seed(classroom.private / "seed", seed)
        planned = plan(classroom, journal, course, lessons, students, again or seed_changed)
        if isolation != "none" and scheduler is None and any(not task.ended for task in planned.tasks):
            _must_isolate()
        with Grading(classroom, journal, course, limits, scratch) as grading:
            grading.do(planned, jobs, scheduler)
            grading.settle(yes)
    return grading.summary(planned)


def _isolated(isolation: str, classroom: Classroom) -> dict[str, Any]:
    """What `Settings` say of isolation; "auto" is bubblewrap, and never none."""
    if isolation == "none":
        return {}
    return {"provisioner": "coursekit-sandbox", "hidden": (str(classroom.root), str(classroom.notebooks))}


def _must_isolate() -> None:
    from coursekit.grading.sandbox.bubblewrap import missing

    if why := missing():
        raise CannotDo(f"{why} {NOT_ISOLATED}")
