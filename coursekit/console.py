"""What a command tells a person: lines and tables on stdout, progress and complaints on stderr.

In a notebook progress is a line of output that is replaced, never stderr: a check cell may not write there.

With --quiet and --json only complaints are shown; a command's result is then its exit code, or
the JSON document. Rich is imported when something is drawn, so that a command starts fast.
"""

from __future__ import annotations

import io
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.console import Console

T = TypeVar("T")
Advance = Callable[[float], None]

WAIT = 2.0  # seconds of work before progress is shown
PAUSE = 10.0  # seconds between lines of progress where there is no terminal
PAUSE_IN_NOTEBOOK = 0.5
_quiet = False
# What moves the cursor, gives the terminal orders, or turns the direction of writing; \n and \t are text.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def configure(*, quiet: bool = False) -> None:
    """Set what is shown from now on; a terminal that lacks a character shows `?` in its place."""
    global _quiet
    _quiet = quiet
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def visible(text: str) -> str:
    """A text, which may come from a student, as a terminal can be given it: as text, whatever is in it."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def printable(text: str) -> str:
    """A name of somebody else's on one line: what is not seen, ends of lines too, as Python writes it."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def say(text: str = "") -> None:
    """Print a line for the person."""
    if not _quiet:
        print(visible(text), flush=True)


def complain(text: str) -> None:
    """Print an error on stderr, whatever is quiet."""
    print(visible(text), file=sys.stderr, flush=True)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], right: Sequence[str] = ()) -> None:
    """Print rows under headings; columns named in `right` hold numbers. A cell is a text, or of rich."""
    if _quiet:
        return
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        grid.add_column(heading, justify="right" if heading in right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(_cell(value) for value in row))
    console = _console(sys.stdout)
    if console.is_terminal:
        console.print(grid)
        return
    # Where a program or a file reads, a row is a line: nothing is folded, nothing padded.
    console.width = 10_000
    with console.capture() as text:
        console.print(grid)
    print("\n".join(line.rstrip() for line in text.get().splitlines()), flush=True)


def _cell(value: Any) -> Any:
    from rich.text import Text

    if hasattr(value, "__rich_console__"):
        return value
    return Text("" if value is None else re.sub(r"[\n\t]", " ", visible(str(value))))


def _console(stream: Any) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False)


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield the items; when that takes long, show how many are done and an estimate of the time left."""
    total = len(items) if total is None and isinstance(items, Sized) else total
    with progress(what, total) as advance:
        for item in items:
            yield item
            advance(1)


@contextmanager
def progress(
    what: str, total: float | None = None, unit: str = "", *, shown: bool = True
) -> Iterator[Advance]:
    """Show the progress of work in `total` parts once it takes longer than WAIT; `advance(1)` after each.

    unit: of the parts, with its space: " MB". shown: False shows nothing
    """
    if _quiet or not shown:
        yield lambda parts: None
    elif _in_notebook():
        with _replaced(what, total, unit) as advance:
            yield advance
    elif sys.stderr.isatty():
        with _bar(what, total, unit) as advance:
            yield advance
    else:
        yield _lines(what, total, unit, lambda line: print(line, file=sys.stderr, flush=True), PAUSE)


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    python = sys.modules.get("IPython")
    return python is not None and getattr(python.get_ipython(), "kernel", None) is not None


@contextmanager
def _replaced(what: str, total: float | None, unit: str) -> Iterator[Advance]:
    from IPython.display import display

    output: Any = None

    def show(line: str) -> None:
        nonlocal output
        if output is None:
            output = display({"text/plain": line}, raw=True, display_id=True)
        else:
            output.update({"text/plain": line}, raw=True)

    yield _lines(what, total, unit, show, PAUSE_IN_NOTEBOOK)
    if output is not None:
        show(f"{what}: done")


@contextmanager
def _bar(what: str, total: float | None, unit: str) -> Iterator[Advance]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    count = TextColumn("{task.completed:.0f}/{task.total:.0f}" + unit if total else "{task.completed:.0f}")
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    # What is said meanwhile appears above the bar, unless stdout goes elsewhere.
    bar = Progress(*columns, TextColumn("left"), console=_console(sys.stderr), transient=True,
                   redirect_stdout=sys.stdout.isatty())  # fmt: skip
    task = bar.add_task(what, total=total)
    later = threading.Timer(WAIT, bar.start)
    later.daemon = True
    later.start()
    try:
        yield lambda parts: bar.advance(task, parts)
    finally:
        later.cancel()
        later.join()  # it may be starting the bar just now
        bar.stop()


def _lines(what: str, total: float | None, unit: str, show: Callable[[str], object], pause: float) -> Advance:
    started = time.monotonic()
    due, done = started + WAIT, 0.0

    def advance(parts: float) -> None:
        nonlocal due, done
        done += parts
        now = time.monotonic()
        if now < due or not done:
            return
        due = now + pause
        left = ""
        if total:
            rest = (now - started) / done * max(0.0, total - done)
            left = f" of {total:.0f}{unit}, about {_duration(rest)} left"
        show(f"{what}: {done:.0f}{left}")

    return advance


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
