"""The instructor's commands, each a few lines over one module of this package, imported when it is run."""

from __future__ import annotations

import argparse
import functools
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.errors import CannotDo

if TYPE_CHECKING:
    from coursekit.grading.layout import Classroom


def add_commands(commands: Any, parents: Sequence[argparse.ArgumentParser]) -> None:
    """Add release, roster, collect, grade, feedback, report, export and demo to the subparsers `commands`.

    parents: parsers with the options that every one of them takes, --course among them
    """

    def add(name: str, run: Callable[..., Any], says: str) -> argparse.ArgumentParser:
        about = says[0].upper() + says[1:]
        command = commands.add_parser(name, parents=list(parents), help=says, description=f"{about}.")
        command.set_defaults(run=functools.partial(_run, run))
        return command

    release = add(
        "release", _release, "check the lessons, write the students' versions and one zip to hand out"
    )
    _lessons(release)
    release.add_argument("--language", metavar="CODE", help="the lessons' language (en)")

    roster = add("roster", _roster, "who is in the class: ids, names, e-mails and LMS ids from a CSV file")
    roster.add_argument("file", metavar="FILE.csv", type=Path)

    collect = add("collect", _collect, "take submissions from folders, zips and LMS downloads")
    collect.add_argument("paths", metavar="PATH", type=Path, nargs="+")

    grade = add("grade", _grade, "grade what is new or changed")
    _lessons(grade)
    grade.add_argument(
        "--student", metavar="ID", nargs="+", action="extend", default=[], help="these students only"
    )
    grade.add_argument("--jobs", metavar="N", type=_positive, help="submissions at a time (as many as cores)")
    grade.add_argument(
        "--isolation", choices=("auto", "bwrap", "none"), default="auto",
        help="auto, bwrap: each kernel in a sandbox, or no grading; none: students' code has your rights",
    )  # fmt: skip
    grade.add_argument(
        "--timeout", metavar="S", type=_seconds, help="processor seconds of a cell (the lesson's own, or 60)"
    )
    grade.add_argument(
        "--memory", metavar="MB", type=_positive,
        help="resident memory of a kernel with all its processes (the lesson's own, or 3000)",
    )  # fmt: skip
    grade.add_argument(
        "--seed", metavar="N", type=int,
        help="of the secret inputs: a number that nobody guesses (drawn, and kept beside the gradebook)",
    )  # fmt: skip
    grade.add_argument("--again", action="store_true", help="grade what is graded already, too")
    grade.add_argument("--yes", action="store_true", help="with --again, write changed scores without asking")
    grade.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster to grade on, tcp://...")

    feedback = add("feedback", _feedback, "nbgrader's feedback, with each exercise's verdict in it")
    _lessons(feedback)
    feedback.add_argument("--zip", action="store_true", help="as an archive to hand back, too")

    report = add("report", _report, "the class at a glance: scores, exercises, mistakes, what to teach again")
    report.add_argument("--open", action="store_true", help="open it in the browser")
    report.add_argument("--pseudonyms", action="store_true", help="without names, to show in class")

    export = add("export", _export, "grades as a CSV file, a row a student and lesson")
    export.add_argument("file", metavar="FILE.csv", type=Path)
    export.add_argument(
        "--format", choices=("nbgrader", "canvas", "moodle"), default="nbgrader", help="(%(default)s)"
    )
    export.add_argument("--exercises", action="store_true", help="a row a student and exercise")

    demo = add("demo", _demo, "the whole life of a class of made-up students, from release to report")
    demo.add_argument(
        "lessons",
        metavar="LESSON",
        nargs="*",
        help="that everybody hands in (the first; a few hand in the others too)",
    )
    demo.add_argument("--students", metavar="N", type=_positive, default=24, help="how many (%(default)s)")


def _run(run: Callable[..., dict[str, Any]], args: argparse.Namespace) -> dict[str, Any]:
    """Run a command; what a disk or a database cannot do is told in one sentence."""
    try:
        return run(args)
    except Exception as error:
        from coursekit.grading import faults

        if said := faults.sentence(error, classroom(args)):
            raise CannotDo(said) from error
        raise


def _lessons(command: argparse.ArgumentParser) -> None:
    command.add_argument("lessons", metavar="LESSON", nargs="*", help="the lesson's folder name (all)")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {text!r}")
    return seconds


def classroom(args: argparse.Namespace) -> Classroom:
    """The class of --course. Raises CannotDo where nbgrader is not installed."""
    if importlib.util.find_spec("nbgrader") is None:  # importing it takes a second
        raise CannotDo('Grading needs nbgrader, which is not installed: pip install "coursekit[grading]"')
    from coursekit.grading.layout import Classroom

    return Classroom(args.course)


def _release(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import release

    return release.release(classroom(args), args.lessons, args.language)


def _roster(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import roster

    return roster.roster(classroom(args), args.file)


def _collect(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import collect

    return collect.collect(classroom(args), args.paths)


def _grade(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import grade

    names = ("jobs", "isolation", "timeout", "memory", "seed", "again", "yes", "scheduler")
    options = {name: getattr(args, name) for name in names}
    return grade.grade(classroom(args), args.lessons, students=args.student, **options)


def _feedback(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import feedback

    return feedback.feedback(classroom(args), args.lessons, args.zip)


def _report(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import report

    return report.report(classroom(args), open_=args.open, pseudonyms=args.pseudonyms)


def _export(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import export

    return export.export(classroom(args), args.file, format=args.format, exercises=args.exercises)


def _demo(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.grading import demo

    # A class of one's own is never what a demo should be made in.
    args.course = "course-demo" if args.course == "course" else args.course
    return demo.demo(classroom(args).root, args.students, args.lessons)
