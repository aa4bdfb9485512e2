"""The command `coursekit`: reads the line, runs one function, prints what it gives.

A subcommand is a parser with `set_defaults(run=function)`; `run(args)` returns its result as a
dict that JSON can hold, tells a person about it through `console`, and raises CannotDo. A key
"exit" in the result is the exit code. What a command needs it imports itself: `--help` is instant.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from coursekit import __version__, console
from coursekit.errors import fault, keep_traceback, sentence

INTERRUPTED = 130  # what shells expect


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 could not be done, 2 wrong usage."""
    parser = _parser()
    args = parser.parse_args(argv, argparse.Namespace(json=False, quiet=False, debug=False))
    console.configure(quiet=args.quiet or args.json)
    if not hasattr(args, "run"):
        parser.print_help(sys.stderr)
        return 2
    try:
        # Under --json stdout holds one document, whatever a library prints.
        with contextlib.redirect_stdout(sys.stderr) if args.json else contextlib.nullcontext():
            result = dict(args.run(args))
        code = int(result.pop("exit", 0))
        if args.json:
            print(console.visible(json.dumps(result, indent=2, ensure_ascii=False, default=str)))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        return _failed(error, args)


def _failed(error: BaseException, args: argparse.Namespace) -> int:
    """Tell what went wrong in one sentence; of a fault of coursekit itself, keep or show where it was."""
    said = sentence(error)
    if args.debug:
        traceback.print_exception(error)
    elif not said:
        said = f"{fault(error)} {keep_traceback(error)}"
    said = said or fault(error)
    console.complain(f"coursekit: {said}")
    if args.json:
        print(console.visible(json.dumps({"error": said}, indent=2, ensure_ascii=False)))
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = argparse.ArgumentParser(
        prog="coursekit",
        description="A hands-on course in deep learning: the student's side, and the instructor's.",
        epilog="`coursekit COMMAND --help` says more about a command.",
        parents=[common],
    )
    parser.add_argument("-V", "--version", action="version", version=f"coursekit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_student_commands(commands, common)
    if importlib.util.find_spec("coursekit.grading.commands"):
        from coursekit.grading.commands import add_commands

        add_commands(commands, [common, _course()])
    return parser


def _common() -> argparse.ArgumentParser:
    # No defaults here, so that an option holds whether it is given before or after the command.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--json", action="store_true", help="print the result as one JSON document")
    common.add_argument("--quiet", action="store_true", help="print only errors")
    common.add_argument("--debug", action="store_true", help="show where an error came from")
    return common


def _course() -> argparse.ArgumentParser:
    course = argparse.ArgumentParser(add_help=False)
    course.add_argument("--course", metavar="DIR", default="course", help="the class's folder (%(default)s)")
    return course


def _add_student_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    def add(name: str, run: Any, says: str, folder: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name, parents=[common], help=says, description=says[0].upper() + says[1:]
        )
        command.set_defaults(run=run)
        if folder:
            command.add_argument("folder", nargs="?", metavar="DIR", help="the course folder (my-course)")
        return command

    add("start", _start, "make or update your course folder; your own work in it stays", folder=True)
    lab = add("lab", _lab, "start, then JupyterLab there", folder=True)
    lab.add_argument("--no-browser", action="store_true", help="open no browser: the address is printed")
    lab.add_argument("--port", type=int, help="the port to listen on, on this computer only")
    add("progress", _progress, "what you have done, a line a lesson", folder=True)
    doctor = add("doctor", _doctor, "what works on this computer, and how to mend what does not", folder=True)
    doctor.add_argument(
        "--frameworks", action="store_true", help="import TensorFlow too, which takes a while"
    )
    add("exercises", _exercises, "every exercise: id, lesson, title, points")


def _start(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit import course

    return course.start_command(args.folder)


def _lab(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit import lab

    return lab.lab_command(args.folder, browser=not args.no_browser, port=args.port)


def _progress(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit import progress

    return progress.progress_command(args.folder)


def _doctor(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit import doctor

    return doctor.doctor_command(args.folder, frameworks=args.frameworks)


def _exercises(args: argparse.Namespace) -> dict[str, Any]:
    from coursekit.catalogue import exercises

    found = exercises()
    rows = [(one["id"], one["lesson"], one["title"], one["points"], _kind_of_exercise(one)) for one in found]
    console.table(("id", "lesson", "title", "points", "kind"), rows, right=("points",))
    return {"exercises": found}


def _kind_of_exercise(one: dict[str, Any]) -> str:
    return ("core" if one["core"] else "practice") + (", marked by a person" if one["by_hand"] else "")


if __name__ == "__main__":
    sys.exit(main())
