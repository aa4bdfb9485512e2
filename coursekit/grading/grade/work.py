"""Grading at work: each submission run, what comes of it kept, applied to the gradebook or proposed first."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading import faults
from coursekit.grading.grade import telling
from coursekit.grading.grade.tasks import Plan, Task
from coursekit.grading.journal import Journal
from coursekit.grading.layout import Classroom
from coursekit.grading.starter import topic

if TYPE_CHECKING:
    from coursekit.grading.apply import Applier
    from coursekit.grading.run.work import Work
    from coursekit.grading.run.worker import Event


class Grading:
    """One call of `grade` at work, and what came of it.

    limits: those of `Settings` that were asked for. scratch: a folder to work in, gone afterwards
    """

    def __init__(
        self, classroom: Classroom, journal: Journal, seed: int, limits: Mapping[str, Any], scratch: Path
    ) -> None:
        self.classroom, self.journal, self.seed = classroom, journal, seed
        self.limits, self.scratch = limits, scratch
        self.graded: list[dict[str, Any]] = []
        self.failed: list[dict[str, str]] = []
        self.changes: list[dict[str, Any]] = []
        self.proposed: list[Task] = []
        self._open = ExitStack()
        self._applier: Applier | None = None

    def __enter__(self) -> Grading:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def applier(self) -> Applier:
        """What writes the gradebook, made when it is first needed: nbgrader takes a second to import."""
        from coursekit.grading.apply import Applier

        if self._applier is None:
            self._applier = self._open.enter_context(Applier(self.classroom, self.scratch))
        return self._applier

    # -- running

    def do(self, planned: Plan, jobs: int | None, scheduler: str | None = None) -> None:
        """Run what is to be run; apply each submission when it has ended, or propose it.

        jobs: submissions at a time; None for what the machine, or the cluster at `scheduler`, can do
        """
        for student, lesson, why in planned.refused:
            self._fail(student, lesson, why)
        if not planned.tasks:
            return
        to_run = [task for task in planned.tasks if not task.ended]
        if to_run:
            from coursekit.grading.grade.prepare import bring_data

            bring_data({topic(task.lesson) for task in to_run})
        with console.progress("graded", len(planned.tasks)) as advance:
            for task in planned.tasks:
                if task.ended:
                    self._ended(task)
                    advance(1)
            # Closed at once when something is raised here: no worker outlives this function.
            with closing(self._run(to_run, jobs, scheduler)) as events:
                for task, event in events:
                    if self._take(task, event):
                        advance(1)

    def _run(
        self, tasks: list[Task], jobs: int | None, scheduler: str | None
    ) -> Generator[tuple[Task, Event], None, None]:
        if not tasks:
            return
        from coursekit.grading.run import pool
        from coursekit.grading.run.kernel import SANDBOX

        def job(task: Task) -> Callable[[], Work]:
            return lambda: self._begin(task)

        work = [(task, job(task)) for task in tasks]
        if scheduler is None:
            yield from pool.local(work, min(jobs or _cores(), len(tasks)), self.scratch)
        else:
            from coursekit.grading.run import cluster

            topics = {topic(task.lesson) for task in tasks}
            wanted = cluster.requirements(topics, isolated=self.limits.get("provisioner") == SANDBOX)
            yield from cluster.on(scheduler, work, wanted, jobs)

    def _begin(self, task: Task) -> Work:
        """The work that a task is: read and repaired when its turn has come."""
        from coursekit.grading.grade.prepare import limits_of, prepare

        if not task.attempt:
            task.attempt = self.journal.begin(task.student, task.lesson, task.digest, task.version)
        known = self.journal.verdicts(task.attempt)
        known = {exercise: verdict for exercise, verdict in known.items() if verdict["graded"]}
        limits = {**limits_of(topic(task.lesson)), **self.limits}
        work, repairs = prepare(self.classroom, task.submission, self.seed, limits, known)
        task.repairs = tuple(repairs)
        return work

    def _take(self, task: Task, event: Event) -> bool:
        """Keep what came from a worker; whether the submission is through."""
        from coursekit.grading.run.worker import Failed

        if full := faults.full(Path(tempfile.gettempdir())):
            raise CannotDo(full)  # what was found out on such a disk is no fair verdict
        if isinstance(event, tuple):
            self.journal.verdict(task.attempt, *event)
            return False
        if isinstance(event, Failed):
            self._refused(task, event)
            return True
        open_ = [f"{one}: not graded, {v['fault']}" for one, v in event.verdicts.items() if not v["graded"]]
        self.journal.end(
            task.attempt,
            seconds=event.seconds,
            repairs=list(task.repairs),
            flags=event.flags + open_,
            written=event.written,
            notebooks=event.notebooks,
        )
        self._ended(task)
        return True

    def _refused(self, task: Task, failed: Any) -> None:
        """A submission of which nothing could be graded: told, and without a score."""
        if failed.stops:
            raise CannotDo(faults.in_words(failed.why, self.classroom))
        self._fail(task.student, task.lesson, failed.why)
        if task.attempt and not task.unchanged:  # what the gradebook holds of the same hand-in stays
            self.journal.end(
                task.attempt, seconds=0, repairs=list(task.repairs), flags=[], written=[], error=failed.why
            )
            self.applier.nothing(task.student, task.lesson)
            self.journal.applied(task.attempt)

    def _fail(self, student: str, lesson: str, why: str) -> None:
        self.failed.append({"student": student, "lesson": lesson, "why": why})
        told = console.printable(f"{student}, {lesson}: it could not be graded: {why.rstrip('.')}.")
        console.complain(told)

    # -- into the gradebook

    def _ended(self, task: Task) -> None:
        """Apply what has been run; what may change a score that the gradebook holds is proposed first."""
        if not task.proposed:
            self._apply(task)
            return
        assert task.before is not None
        old, new = self.journal.verdicts(task.before.id), self.journal.verdicts(task.attempt)
        self.changes += telling.changes(task.student, task.lesson, old, new)
        self.proposed.append(task)

    def _apply(self, task: Task) -> None:
        from coursekit.grading.converters import Refused

        verdicts, notebooks = self.journal.verdicts(task.attempt), self.journal.notebooks(task.attempt)
        ungraded = sorted(one for one, verdict in verdicts.items() if not verdict["graded"])
        settled: set[str] = set()
        if task.unchanged:  # the answers are those of last time
            there = self.applier.settled(task.student, task.lesson)
            settled = self.journal.applying(task.attempt, there)
        try:
            self.applier.apply(
                task.student,
                task.lesson,
                notebooks,
                task.submission.files(),
                scored=verdicts.keys() - set(ungraded),
                settled=settled,
            )
        except Refused as error:
            self._fail(task.student, task.lesson, f"nbgrader refused it: {error}")
            return
        self.journal.applied(task.attempt)
        points, most = (sum(v[name] for v in verdicts.values()) for name in ("points", "max_points"))
        self.graded.append(
            {
                "student": task.student,
                "lesson": task.lesson,
                "points": round(points, 4),
                "max_points": most,
                "repairs": list(task.repairs),
                "ungraded": ungraded,
            }
        )

    def settle(self, yes: bool) -> None:
        """Show whose score changes among what was graded before; write it, or leave it."""
        if not self.proposed:
            return
        telling.show_changes(self.changes, len(self.proposed))
        if self.changes and not telling.confirmed(yes):
            for task in self.proposed:
                self.journal.reject(task.attempt)
            console.say("Nothing was written: the gradebook is as it was.")
            return
        for task in console.track(self.proposed, "written"):
            self._apply(task)

    def summary(self, planned: Plan) -> dict[str, Any]:
        """What was done, told and returned."""
        self.graded.sort(key=lambda one: (one["lesson"], one["student"]))
        telling.show(
            self.graded, len(self.failed), planned.unchanged, planned.outdated, self.classroom.database
        )
        return {
            "graded": self.graded,
            "failed": self.failed,
            "changes": self.changes,
            "unchanged": planned.unchanged,
            "outdated": planned.outdated,
            "gradebook": str(self.classroom.database),
            "exit": int(bool(self.failed)),
        }


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
